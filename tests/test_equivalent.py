"""equivalent.yml: mutants that are also right, each with a reason that somebody has written."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.base.errors import CourseError
from autograder.course import Course
from autograder.proving import equivalent, judge, verify

ROOT = Path(__file__).parent.parent
LIVING = ['f: "a" → "a_"', "f: x * y → x / y"]


def test_every_listed_mutant_has_its_reason(course: Course) -> None:
    for assignment in course.assignments:
        listed = equivalent.load(ROOT / "autograder" / "graders" / assignment.id / "equivalent.yml")
        assert listed and all(item.pattern and item.reason for item in listed)


def test_only_a_star_stands_for_anything() -> None:
    assert equivalent.Equivalent("f: x + * → ?", "").matches("f: x + 12 → ?")
    assert not equivalent.Equivalent("f: x + * → ?", "").matches("f: x + 12 → y")
    assert not equivalent.Equivalent("f: 1", "").matches("f: 1 #2")


def test_no_file_lists_nothing(tmp_path: Path) -> None:
    assert equivalent.load(tmp_path / "equivalent.yml") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"f: 1 → 2": ""\n', "`f: 1 → 2` has no reason; write why it is right, too"),
        ('"f: 1 → 2": " "\n', "has no reason"),
        ('"f: 1 → 2":\n', "has no reason"),
        ("- one\n", "is not a mapping of mutants to reasons"),
        ('"f: 1": "a\n', "is not a mapping of mutants to reasons"),
    ],
)
def test_a_file_that_cannot_be_used_gives_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "equivalent.yml"
    path.write_text(text)
    with pytest.raises(CourseError, match=reason) as caught:
        equivalent.load(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_drafted_lines_are_an_error_until_their_reasons_are_written(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.yml"
    path.write_text("# kept\n'f: z': known\n")
    equivalent.draft(path, LIVING)
    equivalent.draft(path, [*LIVING, "f: z"])
    assert path.read_text().startswith("# kept\n'f: z': known\n") and path.read_text().count("\n") == 4
    with pytest.raises(CourseError, match="has no reason"):
        equivalent.load(path)
    path.write_text(path.read_text().replace(': ""', ": because"))
    listed = equivalent.load(path)
    assert [item.pattern for item in listed] == ["f: z", *LIVING]
    assert all(any(item.matches(name) for item in listed) for name in LIVING)


def test_accept_drafts_mutants_that_live_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "autograder" / "graders" / "01-mse"
    folder.mkdir(parents=True)
    rows = [
        judge.Row(
            "01-mse", judge.MUTANTS, problems=["f: 1 → 2: lives", "f: 2: is listed as equivalent, and is caught"]
        ),
        judge.Row("01-mse", judge.CAUGHT, problems=["a: lives"]),
    ]
    assert verify.accept(tmp_path, rows) == {folder / "equivalent.yml": 1}
    assert (folder / "equivalent.yml").read_text().splitlines()[1:] == ['"f: 1 → 2": ""']
