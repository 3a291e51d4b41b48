"""`losslab new` writes an assignment that is released, proven and graded as it is, or nothing at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder import course as courses
from autograder.base import files
from autograder.base.errors import CourseError, LossLabError, OutputError
from autograder.release import new

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "course.yml").read_text(encoding="utf-8")
NAME = "97-hinge-loss"


def empty_course(folder: Path) -> Path:
    """The course without its files: where the skeleton of an assignment can be written."""
    for name in ("solutions", "autograder/graders", "tests/wrong"):
        (folder / name).mkdir(parents=True)
    path = folder / "course.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )


def test_a_new_assignment_is_released_proven_and_graded_as_it_is(tmp_path: Path) -> None:
    for name in ("solutions", "autograder/graders", "assignments"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.yml", tmp_path)
    solution = tmp_path / "solutions" / NAME / "hinge_loss.py"
    handed_in = tmp_path / "submitted" / "ada" / NAME / "hinge_loss.py"
    for arguments in (["new", NAME], ["release", "--assignment", NAME], ["verify", NAME, "--seeds", "2", "--json"]):
        done = run(tmp_path, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)
    assert [row["problems"] for row in rows] == [[]] * len(rows) and sum(row["cases"] for row in rows) > 30
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text(solution.read_text().replace("np.mean", "np.sum"))
    done = run(tmp_path, "grade", "submitted", "--out", "graded", "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert (result["status"], result["score"], result["max_score"]) == ("graded", 2, 6)  # a sum keeps the properties
    parts = {part["id"]: part for part in result["parts"]}
    assert parts["written"]["needs_manual_grade"]
    lost = {check["mistake"] for check in parts["hinge_loss"]["checks"] if check["status"] != "pass"}
    assert lost == {"hinge_loss_sum"}


def test_the_entry_goes_after_the_last_one_and_the_rest_of_the_course_file_stays(tmp_path: Path) -> None:
    path = empty_course(tmp_path)
    written = new.write_skeleton(path, NAME, 'The "hinge"')
    text = path.read_text(encoding="utf-8")
    assert text.startswith(TEXT) and path in written and all(item.is_file() for item in written)
    added = courses.load(path).assignments[-1]
    assert (added.id, added.title, added.module) == (NAME, 'The "hinge"', "hinge_loss")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assignments:\n- id: 01-a\n  title: A\n", "\n# What comes next.\ntitle: T\n"),
        ("assignments:\n    - {id: 01-a, title: A}  # kept\n", ""),
        ("assignments:\n  - id: 01-a", ""),
        ("assignments:\n  - id: 01-a\n    # a note on it\n", "limits: {}\n"),
    ],
)
def test_an_entry_finds_its_place_in_any_layout(before: str, after: str) -> None:
    text = new.with_entry(before + after, "- id: 02-b\n  title: B\n")
    assert text.startswith(before) and text.endswith(after)
    assert [item["id"] for item in yaml.safe_load(text)["assignments"]] == ["01-a", "02-b"]


@pytest.mark.parametrize("text", ["assignments: [{id: 01-a}]\n", "title: T\n", "assignments: []\n", ""])
def test_a_course_file_without_a_list_of_items_is_one_line(text: str) -> None:
    with pytest.raises(CourseError, match=r"course\.yml: `assignments` is not a list of indented items; write it so"):
        new.with_entry(text, "- id: 02-b\n")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *(
            (name, "is not a name for an assignment")
            for name in ("hinge", "97", "97-", "97-Hinge", "97-a_b", "97-2nd", "1-a")
        ),
        *((name, "is not a name for an assignment") for name in ("97-a-", "97--a", "97-../a", "97-a\n", "-97-a", "")),
        *((name, "means something in Python") for name in ("97-class", "97-random", "97-sum", "97-numpy", "97-np")),
        *((name, "means something in Python") for name in ("97-written", "97-test-loss")),
        ("01-hinge", "already has this number, in 01-mse"),
        ("97-mse", "already has this module, in 01-mse"),
        ("98-there", "already exists; choose another name, or remove it"),
    ],
)
def test_a_name_that_cannot_be_taken_is_one_line_and_nothing_is_written(tmp_path: Path, name: str, reason: str) -> None:
    path = empty_course(tmp_path)
    (tmp_path / "solutions" / "98-there").mkdir()
    before = contents(tmp_path)
    with pytest.raises(LossLabError, match=reason) as caught:
        new.write_skeleton(path, name)
    assert "\n" not in str(caught.value) and contents(tmp_path) == before


def test_without_graders_nothing_is_written(tmp_path: Path) -> None:
    path = empty_course(tmp_path)
    (tmp_path / "autograder" / "graders").rmdir()
    before = contents(tmp_path)
    with pytest.raises(LossLabError, match="graders: is missing; run this in the folder of the course"):
        new.write_skeleton(path, NAME)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("place", range(8))
def test_if_a_file_cannot_be_written_nothing_changes(
    place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = empty_course(tmp_path)
    before, really, calls = contents(tmp_path), files.write_file, []

    def write(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) > place:
            raise OutputError("no space")
        really(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "write_file", write)
    with pytest.raises(OutputError, match="no space"):
        new.write_skeleton(path, NAME)
    assert contents(tmp_path) == before and len(calls) == place + 1
