"""`losslab status` and `losslab submit` as a student meets them, and that `losslab grade` takes what submit packs."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.base.errors import SubmissionError
from autograder.course import Course
from autograder.intake import folder as intake
from autograder.student import saved, submit
from autograder.student.checks import public
from autograder.student.terminal.status import late_days, standings, time_left

ROOT = Path(__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What a student has: the course file, and the folder of an assignment with the reference as their own work."""
    shutil.copy(ROOT / "course.yml", tmp_path)
    shutil.copytree(ROOT / "assignments" / "01-mse", tmp_path / "01-mse")
    (tmp_path / "01-mse" / "mse.ipynb").unlink()
    shutil.copy(ROOT / "solutions" / "01-mse" / "mse.py", tmp_path / "01-mse" / "mse.py")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )


def test_submit_packs_what_grade_takes(home: Path, course: Course) -> None:
    (home / "01-mse" / "helper.py").write_text("ONE = 1\n")
    done = run(home / "01-mse", "submit")
    assert done.returncode == 0, done.stderr
    assert "in the zip: helper.py, mse.py" in done.stdout and "not in the zip: README.md, test_mse.py" in done.stdout
    handed_in = home / "submitted" / "me" / "01-mse"
    handed_in.mkdir(parents=True)
    shutil.copy(home / "01-mse.zip", handed_in)
    submission = intake.read("me", course.assignment("01-mse"), handed_in)
    assert submission.problem is None and "def mse_loss" in submission.source and "helper.py" in submission.files


def test_the_manifest_names_every_file_by_its_hash(home: Path, course: Course) -> None:
    packed = submit.pack(course.assignment("01-mse"), home / "01-mse", home / "a.zip")
    with zipfile.ZipFile(packed.path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["assignment"] == "01-mse" and set(manifest["files"]) == {"mse.py"}
        assert manifest["files"]["mse.py"]["sha256"] == submit._hash(archive.read("mse.py"))


def test_equal_files_make_an_equal_zip(home: Path, course: Course) -> None:
    first = submit.pack(course.assignment("01-mse"), home / "01-mse", home / "a.zip")
    os.utime(home / "01-mse" / "mse.py", (1e9, 1e9))
    second = submit.pack(course.assignment("01-mse"), home / "01-mse", home / "b.zip")
    assert first.path.read_bytes() == second.path.read_bytes()


def test_the_started_file_is_handed_in_and_not_a_stub_saved_later(home: Path, course: Course) -> None:
    shutil.copy(ROOT / "assignments" / "01-mse" / "mse.ipynb", home / "01-mse")
    os.utime(home / "01-mse" / "mse.py", (1e9, 1e9))
    assert saved.choose(course.assignment("01-mse"), home / "01-mse").name == "mse.py"


@pytest.mark.parametrize(
    ("case", "words"), [("missing", "has no mse.py"), ("empty", "is empty"), ("vim", "open in an editor")]
)
def test_a_file_that_cannot_be_handed_in_gives_one_line(home: Path, course: Course, case: str, words: str) -> None:
    path = home / "01-mse" / "mse.py"
    if case == "missing":
        path.unlink()
    elif case == "empty":
        path.write_text("\n")
    else:
        (home / "01-mse" / ".mse.py.swp").write_bytes(b"b0VIM")
    with pytest.raises(SubmissionError, match=words) as caught:
        submit.pack(course.assignment("01-mse"), home / "01-mse", home / "a.zip")
    assert "\n" not in str(caught.value) and not (home / "a.zip").exists()


def test_a_stub_is_not_packed(home: Path) -> None:
    shutil.copy(ROOT / "assignments" / "01-mse" / "mse.py", home / "01-mse")
    done = run(home, "submit", "01-mse")
    assert done.returncode == 2 and "nothing in it is started" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (home / "01-mse.zip").exists()


def test_a_place_that_cannot_be_written_gives_one_line(home: Path) -> None:
    done = run(home, "submit", "01-mse", "--out", str(home / "course.yml" / "a.zip"))
    assert done.returncode == 2 and "cannot be written" in done.stderr and len(done.stderr.splitlines()) == 1


def test_status_says_in_words_how_far_each_part_is(home: Path, course: Course) -> None:
    path = home / "01-mse" / "mse.py"
    path.write_text(path.read_text().replace("return np.mean(_errors(pred, target) ** 2)", "return 7.25"))
    found = {item.part: item.state for item in standings(course.assignment("01-mse"), home / "01-mse")}
    assert found["mse_grad"] == "public checks pass" and "of" in found["mse_loss"]
    shutil.copy(ROOT / "assignments" / "01-mse" / "mse.py", path)
    assert {item.state for item in standings(course.assignment("01-mse"), home / "01-mse")} == {"not started"}
    assert {item.state for item in standings(course.assignment("01-mse"), None)} == {"not downloaded"}


def test_the_table_of_status(home: Path) -> None:
    done = run(home, "status")
    assert done.returncode == 0, done.stderr
    assert "public checks pass" in done.stdout and "not downloaded" in done.stdout and "left" in done.stdout
    rows = json.loads(run(home, "status", "--json").stdout)
    assert {row["assignment"] for row in rows} >= {"01-mse", "05-multi-task"}


def test_status_says_due_dates_points_at_stake_and_what_it_cannot_know(home: Path, course: Course) -> None:
    lines = run(home, "status").stdout.splitlines()
    assert lines[0].split() == ["exercise", "part", "points", "state", "due"]
    assert "2027-02-01 23:59 UTC, " in lines[2]
    total = next(line for line in lines if "points are still open" in line)
    assert total.startswith("7 of ") and f"of {sum(item.max_score for item in course.assignments):g} points" in total
    assert "Late days: this course gives none for free." in lines
    assert lines[-1].startswith("Not known here: when you really submitted")


def test_status_runs_only_what_has_changed(home: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    mse, folder = course.assignment("01-mse"), home / "01-mse"
    assert {item.state for item in standings(mse, folder, home)} == {"public checks pass"}
    with monkeypatch.context() as patch:
        patch.setattr(public, "run_work", lambda *arguments: pytest.fail("was run again"))
        assert {item.state for item in standings(mse, folder, home)} == {"public checks pass"}
    path = folder / "mse.py"
    path.write_text(path.read_text().replace("return np.mean(_errors(pred, target) ** 2)", "return 7.25"))
    assert "0 of 2 public checks pass" in {item.state for item in standings(mse, folder, home)}


LATE_COURSE = """
id: late
title: Late
free_late_days: 3
late_policy: {percent_per_day: 10, max_percent: 50, closes_after_days: 7}
assignments:
  - {id: 01-a, title: A, module: a, environment: numpy, due: 2027-01-01T12:00:00, parts: [&p {id: a, title: A, points: 1, hints: [x, y, z]}]}
  - {id: 02-b, title: B, module: b, environment: numpy, due: 2027-01-05T12:00:00, parts: [*p]}
  - {id: 03-c, title: C, module: c, environment: numpy, due: 2027-02-01T12:00:00, parts: [*p]}
"""


def test_late_days_that_are_left_count_what_was_packed_late_and_say_so() -> None:
    course, utc = courses.parse(LATE_COURSE), datetime.UTC
    packed = {"01-a": datetime.datetime(2027, 1, 3, 11, tzinfo=utc)}
    lines = late_days(course, packed, datetime.datetime(2027, 1, 6, 11, tzinfo=utc))
    assert lines[:3] == [
        "Late days: 1 of 3 free ones left, as far as this machine knows.",
        "  01-a: packed 2 days late, by the time of 01-a.zip.",
        "  02-b: submitting now would use 1 day.",
    ]
    assert "A late day that is not free costs 10 % of the score, at most 50 %." in lines


def test_a_closed_assignment_is_called_closed() -> None:
    course = courses.parse(LATE_COURSE)
    lines = late_days(course, {}, datetime.datetime(2027, 1, 20, tzinfo=datetime.UTC))
    assert "  01-a: has been closed since 2027-01-08 12:00." in lines and lines[0].startswith("Late days: 3 of 3")
    assert not any("03-c" in line for line in lines)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (90000, "1 day left"),
        (7300, "2 hours left"),
        (61, "1 minute left"),
        (5, "less than a minute left"),
        (-172801, "2 days late"),
    ],
)
def test_time_left(seconds: int, words: str) -> None:
    now = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
    assert time_left(now + datetime.timedelta(seconds=seconds), now) == words
    assert time_left(None, now) == "no deadline"


def test_check_finds_the_data_of_the_assignment_from_anywhere(tmp_path: Path, course: Course) -> None:
    folder = tmp_path / "05-multi-task"
    shutil.copytree(ROOT / "assignments" / "05-multi-task", folder)
    (folder / "multi_task.ipynb").unlink()
    shutil.copy(ROOT / "solutions" / "05-multi-task" / "multi_task.py", folder)
    before = Path.cwd()
    verdicts = public.run(course.assignment("05-multi-task"), folder)
    assert {item.status for item in verdicts if item.part == "score"} == {"pass"}
    assert Path.cwd() == before
