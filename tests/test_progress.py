"""Hints one at a time, and the file that remembers them: it stays at home, is written whole, and may be damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder import course as courses
from autograder.base.errors import CourseError, OutputError
from autograder.course import Course
from autograder.intake import folder as intake
from autograder.intake import manifest
from autograder.pages import report
from autograder.student import progress
from autograder.student.progress import Progress
from autograder.student.terminal import hints

ROOT = Path(__file__).parent.parent


def losslab(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "course.yml", tmp_path)
    return tmp_path


def test_each_call_gives_the_next_hint_and_the_last_one_stays(home: Path, course: Course) -> None:
    part = course.assignment("01-mse").part("mse_grad")
    assert part is not None
    levels = [hints.take(home, course.assignment("01-mse"), part).level for _ in range(4)]
    assert levels == [1, 2, 3, 3]
    assert progress.hints_taken(home, "01-mse") == {"mse_grad": 3}


def test_again_and_a_level_do_not_go_on(home: Path, course: Course) -> None:
    assignment = course.assignment("01-mse")
    part = assignment.parts[0]
    taken = [
        hints.take(home, assignment, part, **how).level for how in ({"level": 2}, {"again": True}, {"level": 1}, {})
    ]
    assert taken == [2, 2, 1, 3]


def test_a_hint_shows_its_level_and_how_to_get_the_next_one(home: Path) -> None:
    first = losslab(home, "hint", "mse_loss")
    assert first.returncode == 0, first.stderr
    title, text, more, noted = first.stdout.splitlines()
    assert title == "01-mse · Mean squared error · hint 1 of 3, the nudge" and "21 errors" in text
    assert more == "Ask again for the method; --again shows this one again."
    assert "stays on this machine until you submit" in noted
    assert "hint 2 of 3, the method" in losslab(home, "hint", "mse_loss").stdout
    assert "hint 2 of 3" in losslab(home, "hint", "01-mse/mse_loss", "--again").stdout
    assert "hint 1 of 3" in losslab(home, "hint", "mse_loss", "--level", "1").stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mse_los", "did you mean mse_loss?"),
        ("nonsense", "losslab status lists them all"),
        ("01-mse/nonsense", "choose one of mse_loss, mse_grad"),
        ("validation", "write 01-mse/validation or 02-cross-entropy/validation"),
        ("03/written", "graded by hand"),
        ("09-nothing/mse_loss", "not in course.yml"),
    ],
)
def test_an_ambiguous_or_unknown_part_gives_one_line(course: Course, name: str, words: str) -> None:
    with pytest.raises(CourseError) as caught:
        hints.find(course, name, None)
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["mae_grad", "01-mse/mae", r"01-mse\mae", "01-mse/mae/"])
def test_a_part_is_found_by_function_or_by_either_kind_of_slash(course: Course, name: str) -> None:
    assignment, part = hints.find(course, name, None)
    assert (assignment.id, part.id) == ("01-mse", "mae")


def test_a_part_name_that_several_exercises_share_means_the_one_of_this_folder(course: Course) -> None:
    here = course.assignment("02-cross-entropy")
    assert hints.find(course, "validation", here)[0] is here


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"hints": {"01-mse": {"mse_loss": 9}}}', b"[" * 100_000])
def test_a_damaged_file_is_set_aside_with_one_line(
    home: Path, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = progress.path_in(home)
    path.parent.mkdir()
    path.write_bytes(damage)
    assert progress.load(home) == Progress()
    assert (path.parent / "progress.damaged.json").read_bytes() == damage and not path.exists()
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "set aside as progress.damaged.json" in said
    progress.update(home, lambda known: msgspec.structs.replace(known, part="rmse"))
    assert progress.load(home).part == "rmse" and capsys.readouterr().err == ""


def test_a_key_of_a_later_version_is_not_damage(home: Path) -> None:
    progress.path_in(home).parent.mkdir()
    progress.path_in(home).write_text('{"part": "rmse", "something_new": 1}')
    assert progress.load(home).part == "rmse"


def test_a_write_that_fails_leaves_what_was_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress.update(home, lambda known: msgspec.structs.replace(known, part="rmse"))
    before = progress.path_in(home).read_bytes()

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OutputError, match="No space left"):
        progress.update(home, lambda known: msgspec.structs.replace(known, part="mae"))
    assert progress.path_in(home).read_bytes() == before and len(list(progress.path_in(home).parent.iterdir())) == 1


def test_nothing_is_written_into_an_installed_package(tmp_path: Path) -> None:
    installed = Path(courses.__file__).parents[1] / "course.yml"
    folder = tmp_path / "kit" / "01-mse"
    folder.mkdir(parents=True)
    (folder / "test_mse.py").touch()
    assert progress.home(installed, folder) == tmp_path / "kit"
    assert progress.home(installed, tmp_path / "kit") == tmp_path / "kit"
    progress.update(tmp_path / "kit", lambda known: msgspec.structs.replace(known, part="rmse"))
    (folder / "deeper").mkdir()
    assert progress.home(installed, folder / "deeper") == tmp_path / "kit"


def test_hints_taken_are_found_from_a_folder_below_and_a_damaged_file_means_no_hints(home: Path) -> None:
    progress.update(home, lambda known: msgspec.structs.replace(known, hints={"01-mse": {"rmse": 2}}))
    (home / "01-mse").mkdir()
    assert progress.hints_taken(home / "01-mse", "01-mse") == {"rmse": 2}
    assert progress.hints_taken(home, "02-cross-entropy") == {}
    progress.path_in(home).write_text("{")
    assert progress.hints_taken(home, "01-mse") == {}


# What a manifest may claim, and what of it is believed.


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ({"hints": {"mse_loss": 2, "rmse": 3}}, {"mse_loss": 2, "rmse": 3}),
        ({"hints": {"mse_loss": 2, "no_such_part": 1}}, {"mse_loss": 2}),
        ({"hints": {"mse_loss": 4}}, {}),
        ({"hints": {"mse_loss": -1}}, {}),
        ({"hints": {"mse_loss": True}}, {}),
        ({"hints": {"mse_loss": "2"}}, {}),
        ({"hints": ["mse_loss"]}, {}),
        ({"hints": {f"p{number}": 1 for number in range(101)}}, {}),
        ({"hints": {"mse_loss": 1}, "padding": "x" * manifest.MAX_BYTES}, {}),
        ({}, {}),
        ([], {}),
    ],
)
def test_only_valid_levels_of_known_parts_are_read_from_a_manifest(
    course: Course, told: object, believed: dict[str, int]
) -> None:
    files = {manifest.FILENAME: json.dumps(told).encode()}
    assert manifest.hints(course.assignment("01-mse"), files) == believed


@pytest.mark.parametrize("data", [b"\xff", b"[" * 60_000, b'{"hints": {"mse_loss": 1e400}}', b"{}{}"])
def test_a_manifest_that_is_not_json_gives_no_hints(course: Course, data: bytes) -> None:
    assert manifest.hints(course.assignment("01-mse"), {manifest.FILENAME: data}) == {}


def test_hints_in_a_zip_appear_in_the_report_and_change_no_score(tmp_path: Path, course: Course) -> None:
    from autograder.results import score

    text = (ROOT / "solutions" / "01-mse" / "mse.py").read_text(encoding="utf-8")
    results = []
    for student, told in {"ada": {"hints": {"rmse": 3}}, "bob": {"hints": {"rmse": 1}}, "eve": {}}.items():
        folder = tmp_path / student / "01-mse"
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "01-mse.zip", "w") as archive:
            archive.writestr("mse.py", text)
            archive.writestr("manifest.json", json.dumps(told))
        submission = intake.read(student, course.assignment("01-mse"), folder)
        assert submission.problem is None and submission.hints == told.get("hints", {})
        results.append(score.result(course, course.assignment("01-mse"), submission, [], [], "bubblewrap"))
    assert len({(result.score, result.status) for result in results}) == 1
    html = report.render(course, results, "Class")
    (asked,) = report.summary(course.assignment("01-mse"), results).asked
    assert (asked.part, asked.students, asked.levels) == ("rmse", 2, (1, 0, 1))
    assert "Hints asked for" in html and "2 of 3" in html


def test_a_report_without_hints_does_not_mention_them(course: Course) -> None:
    assert "Hints asked for" not in report.render(course, [], "Class")
