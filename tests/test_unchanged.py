"""A second `losslab grade`: nothing is done where nothing has changed, and everything where anything has."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import course as courses
from autograder import pipeline
from autograder.pipeline import Order

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two students, graded once; tests work on copies with their times kept."""
    folder = tmp_path_factory.mktemp("graded")
    for name in ("assignments", "solutions", "autograder/graders"):
        shutil.copytree(ROOT / name / "01-mse", folder / name / "01-mse", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.yml", folder)
    for student in ("student-01", "student-05"):
        shutil.copytree(CLASS / student / "01-mse", folder / "submitted" / student / "01-mse")
    pipeline.run(order(folder))
    return folder


def order(folder: Path, force: bool = False) -> Order:
    course = courses.load(folder / "course.yml")
    return Order(folder / "submitted", folder / "out", course, folder, ["01-mse"], 1, force=force)


@pytest.fixture
def idle(graded: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Whether `grade` finds nothing to do."""

    def idle(force: bool = False) -> bool:
        worked = []
        real = pipeline.grade_all

        def counted(*args: object) -> object:
            worked.append(True)
            return real(*args)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "grade_all", counted)
            pipeline.run(order(graded, force))
        return not worked

    return idle


def everything(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    kept = (path for path in sorted(out.rglob("*")) if path.is_file() and ".graded" not in path.parts)
    return {str(path.relative_to(out)): path.read_bytes() for path in kept if path.name != "timings.json"}


def test_nothing_is_done_where_nothing_has_changed(graded: Path, idle: Callable[..., bool]) -> None:
    before = everything(graded)
    idle()
    assert idle() and everything(graded) == before
    assert json.loads((graded / "out" / "timings.json").read_text())["graded_now"] == 0


def test_the_same_results_come_back(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    again = pipeline.run(order(graded))
    assert [(item.student, item.score) for item in again] == [
        (item["student"], item["score"])
        for item in json.loads((graded / "out" / "results.json").read_text())["results"]
    ]


def test_force_grades_again(idle: Callable[..., bool]) -> None:
    idle()
    assert not idle(force=True)


def test_a_file_of_the_same_size_and_time_is_seen(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    path = next((graded / "submitted" / "student-01" / "01-mse").glob("mse.*"))
    was, data = path.stat(), path.read_bytes()
    path.write_bytes(data[:-1] + b" ")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert not idle()
    path.write_bytes(data)
    assert not idle() and idle()


@pytest.mark.parametrize("name", ["feedback/student-01/01-mse.html", "results/student-05/01-mse.json", "grades.csv"])
def test_what_was_deleted_is_written_again(graded: Path, idle: Callable[..., bool], name: str) -> None:
    idle()
    before = everything(graded)
    (graded / "out" / name).unlink()
    assert not idle() and everything(graded)[name] == before[name]


def test_a_gradebook_that_is_gone_is_written_again(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    (graded / "out" / "gradebook.db").unlink()
    assert not idle() and (graded / "out" / "gradebook.db").is_file()


def test_a_score_given_by_hand_reaches_the_table(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    table = (graded / "out" / "grades.csv").read_text()
    book = sqlite3.connect(graded / "out" / "gradebook.db")
    book.execute("update grade set extra_credit = 1 where auto_score is not null")
    book.commit()
    book.close()
    assert not idle() and (graded / "out" / "grades.csv").read_text() != table


@pytest.mark.parametrize("name", ["autograder/graders/01-mse/mistakes.py", "solutions/01-mse/mse.py"])
def test_a_changed_grader_is_seen(graded: Path, idle: Callable[..., bool], name: str) -> None:
    idle()
    with (graded / name).open("a") as file:
        file.write("\n")
    assert not idle()


def test_a_changed_course_is_seen(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    text = (graded / "course.yml").read_text()
    (graded / "course.yml").write_text(text.replace("call_seconds: ", "call_seconds: 1", 1))
    assert not idle()
    (graded / "course.yml").write_text(text)


def test_a_damaged_stamp_costs_nothing_but_time(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    (graded / "out" / ".graded" / "stamp").write_bytes(b"{")
    assert not idle() and idle()
