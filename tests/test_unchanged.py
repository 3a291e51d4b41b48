"""A second `losslab grade`: nothing is done where nothing has changed, and everything where anything has."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.base import files, lock
from autograder.base.errors import LossLabError, OutputError
from autograder.intake import bounded, folder
from autograder.nbgrader_plugins import grading as nbgrading
from autograder.use_cases import grade, grading, unchanged
from autograder.use_cases.order import Order

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
    grade.run(order(folder))
    return folder


def order(folder: Path, force: bool = False) -> Order:
    course = courses.load(folder / "course.yml")
    return Order(folder / "submitted", folder / "out", course, folder, ["01-mse"], 1, force=force)


@pytest.fixture
def idle(graded: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Whether `grade` finds nothing to do."""

    def idle(force: bool = False) -> bool:
        worked = []
        real = grading.grade_all

        def counted(*args: object) -> object:
            worked.append(True)
            return real(*args)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(grading, "grade_all", counted)
            grade.run(order(graded, force))
        return not worked

    return idle


def everything(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    kept = (path for path in sorted(out.rglob("*")) if path.is_file() and ".graded" not in path.parts)
    return {str(path.relative_to(out)): path.read_bytes() for path in kept if path.name != "timings.json"}


def test_nothing_is_done_if_nothing_has_changed(graded: Path, idle: Callable[..., bool]) -> None:
    before = everything(graded)
    idle()
    assert idle() and everything(graded) == before
    assert json.loads((graded / "out" / "timings.json").read_text())["graded_now"] == 0


def test_the_same_results_come_back(graded: Path, idle: Callable[..., bool]) -> None:
    idle()
    again = grade.run(order(graded))
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


@pytest.mark.parametrize("name", ["autograder/graders/01-mse/mistakes/mse_loss.py", "solutions/01-mse/mse.py"])
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


def test_a_link_whose_target_changes_is_seen(graded: Path, idle: Callable[..., bool], tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "01-mse"
    target.mkdir(parents=True)
    (target / "mse.py").write_text("x = 1\n")
    links = {"student": graded / "submitted" / "linked", "file": graded / "submitted" / "student-01" / "extra.py"}
    links["student"].symlink_to(target.parent)
    links["file"].symlink_to(target / "mse.py")
    try:
        assert not idle() and idle()
        (target / "mse.py").write_text("x = 2\n")
        assert not idle() and idle()
        target.parent.joinpath("loop").symlink_to(target.parent)
        assert not idle() and idle()
    finally:
        for link in links.values():
            link.unlink()


def test_a_link_to_the_whole_disk_ends_the_search_and_never_counts_as_unchanged(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / "disk" / str(number // 100)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "disk" / str(number // 100) / str(number)).touch()
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted" / "ada").symlink_to(tmp_path / "disk")
    seen = list(unchanged._below(tmp_path / "submitted"))
    assert len(seen) < 2500
    assert unchanged._hash(seen) != unchanged._hash(unchanged._below(tmp_path / "submitted"))


def test_results_of_a_linked_student_are_a_line(graded: Path, idle: Callable[..., bool], tmp_path: Path) -> None:
    """A link could lead to the references, or to somebody else's work."""
    (graded / "submitted" / "linked").symlink_to(graded / "submitted" / "student-01")
    try:
        (result,) = [item for item in grade.run(order(graded)) if item.student == "linked"]
        assert (result.status, result.score) == ("rejected", 0.0) and "symbolic link" in str(result.problem)
    finally:
        (graded / "submitted" / "linked").unlink()


@pytest.mark.parametrize("starved", [False, True], ids=["slept", "starved"])
def test_a_file_not_read_on_a_busy_machine_is_read_again_and_one_that_slept_is_not(
    graded: Path, idle: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, starved: bool
) -> None:
    """Who sleeps until its time is up cannot make a class be read and graded again each time."""

    def ask(request: bytes) -> bytes:
        raise bounded.Ended("takes more than 60 s to read", starved)

    idle()
    with monkeypatch.context() as patch:
        patch.setattr(folder._reader, "ask", ask)
        results = grade.run(order(graded, force=True))
    assert all(result.status == "rejected" for result in results)
    assert idle() != starved
    assert not idle(force=True) and idle()


# Two at once.

HOLD = """
import pathlib, sys, time
from autograder.base import lock
with lock.alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def held(out: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process writes to this folder of results."""
    command = [sys.executable, "-c", HOLD, str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def holder(graded: Path) -> Iterator[subprocess.Popen[str]]:
    with held(graded / "out") as process:
        yield process


def test_a_second_grade_on_the_same_folder_ends_with_one_line(graded: Path, holder: subprocess.Popen[str]) -> None:
    before = everything(graded)
    with pytest.raises(OutputError, match="another `losslab grade` is writing there; wait until it has ended"):
        grade.run(order(graded, force=True))
    assert everything(graded) == before


@pytest.fixture
def by_nbgrader(graded: Path) -> Iterator[Callable[[], list[str]]]:
    """Grade as nbgrader and formgrader do; students of whom something was written."""

    def by_nbgrader() -> list[str]:
        course = courses.load(graded / "course.yml")
        nbgrading.grade(course, graded, "submitted", course.assignment("01-mse"), ["student-01"])
        return [path.name for path in (graded / "grades" / "results").iterdir()]

    yield by_nbgrader
    shutil.rmtree(graded / "grades")


def test_grading_by_nbgrader_ends_with_the_same_line(graded: Path, by_nbgrader: Callable[[], list[str]]) -> None:
    with held(graded / "grades"), pytest.raises(LossLabError, match="another `losslab grade` is writing there; wait"):
        by_nbgrader()
    assert [path.name for path in (graded / "grades").iterdir()] == [lock.FILENAME]
    assert by_nbgrader() == ["student-01"]


def test_grading_by_nbgrader_holds_the_lock_while_it_writes(
    graded: Path, by_nbgrader: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = nbgrading.Request(str(graded), "submitted", "01-mse", ["student-01"])
    seen = []

    def write(path: Path, *_: object) -> None:
        code = "import pathlib, sys; from autograder.base import lock\nwith lock.alone(pathlib.Path(sys.argv[1])): pass"
        command = [sys.executable, "-c", code, str(graded / "grades")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        seen.append((path.parent.name, "is writing there" in done.stderr))

    by_nbgrader()
    monkeypatch.setattr(files, "write_file", write)
    nbgrading._carry_out(request)
    assert ("student-01", True) in seen and all(locked for _, locked in seen)


def test_a_grade_that_was_killed_leaves_no_lock(graded: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert grade.run(order(graded))


def test_a_lock_is_not_handed_on_to_processes_that_are_forked(graded: Path) -> None:
    with lock.alone(graded / "out"):
        child = os.fork()
        if child == 0:
            signal.pause()
    try:
        code = "import pathlib, sys; from autograder.base import lock; out = pathlib.Path(sys.argv[1])\nwith lock.alone(out): pass"
        done = subprocess.run([sys.executable, "-c", code, str(graded / "out")], cwd=ROOT)
        assert done.returncode == 0
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), lock.alone(tmp_path / "out"):
        pass
