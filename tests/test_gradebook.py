"""The gradebook as nbgrader reads it: equal scores, and what a person entered stays."""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder import gradebook
from autograder.base.errors import OutputError
from autograder.course import Assignment, Course, Part
from autograder.results import CheckResult, PartResult, Result

HINTS = ["nudge", "method", "formula"]
LOSS, ESSAY, GRAD = (
    Part("loss", "The loss", 6, hints=HINTS),
    Part("essay", "In words", 2, manual=True),
    Part("grad", "The gradient", 3, hints=HINTS),
)
DUE = datetime.datetime(2027, 2, 1, 12)


def a_course(*parts: Part) -> Course:
    return Course("c", "Losses", [Assignment("01-a", "First", "first", "numpy", [*parts], DUE)], "Europe/Berlin")


COURSE = a_course(LOSS, ESSAY)


def a_result(student: str, score: float, **changes: Any) -> Result:
    checks = [CheckResult("c1", "large logits", "fail", 0, 2, "got nan", None)]
    parts = [PartResult("loss", score, 6, False, checks), PartResult("essay", 0, 2, True, [])]
    values: dict[str, Any] = {"status": "graded", "problem": None, "late_penalty": 0.0, "parts": parts} | changes
    return Result(
        student=student,
        assignment="01-a",
        score=score,
        max_score=8,
        submission_sha256="f" * 64,
        sandbox="bubblewrap",
        notes=[],
        **values,
    )


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, and copied."""
    path = tmp_path_factory.mktemp("book") / "gradebook.db"
    gradebook.write_gradebook(f"sqlite:///{path}", COURSE, [], {})
    return path


@pytest.fixture
def path(empty_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_book, tmp_path / "gradebook.db"))


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    with Gradebook(url, course_id="c") as book:
        yield book


def test_scores_penalty_and_times_are_what_nbgrader_reads(url: str) -> None:
    results = [a_result("ada", 4.5, late_penalty=0.45), a_result("bøb, jr", 0.1)]
    handed_in = datetime.datetime(2027, 2, 2, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    gradebook.write_gradebook(url, COURSE, results, {("ada", "01-a"): handed_in})
    with opened(url) as book:
        for result in results:
            submission = book.find_submission("01-a", result.student)
            assert (submission.score, submission.max_score) == (result.score, 8)
            assert submission.late_submission_penalty == result.late_penalty
        assert book.find_submission("01-a", "ada").timestamp == datetime.datetime(2027, 2, 1, 23)
        assert book.find_submission("01-a", "bøb, jr").timestamp is None
        assert book.find_assignment("01-a").duedate == datetime.datetime(2027, 2, 1, 11)
        assert {row["id"]: row["score"] for row in book.student_dicts()} == {"ada": 4.5, "bøb, jr": 0.1}


def test_only_parts_for_a_person_wait_for_one(url: str) -> None:
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    with opened(url) as book:
        loss, essay = (book.find_grade(part, "first", "01-a", "ada") for part in ("loss", "essay"))
        assert (loss.auto_score, loss.needs_manual_grade) == (4, False)
        assert (essay.auto_score, essay.needs_manual_grade) == (None, True)


def test_failures_are_comments(url: str) -> None:
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    with opened(url) as book:
        assert book.find_comment("loss_solution", "first", "01-a", "ada").comment == "✗ large logits (fail)\ngot nan"
        assert book.find_comment("essay", "first", "01-a", "ada").comment is None


def test_rejected_submission_has_nothing_and_its_problem_as_comment(url: str) -> None:
    gradebook.write_gradebook(
        url, COURSE, [a_result("ada", 0, status="rejected", problem="first.py: is empty", parts=[])], {}
    )
    with opened(url) as book:
        for part in ("loss", "essay"):
            grade = book.find_grade(part, "first", "01-a", "ada")
            assert (grade.auto_score, grade.needs_manual_grade) == (0, False)
            assert (
                book.find_comment("essay" if part == "essay" else f"{part}_solution", "first", "01-a", "ada").comment
                == "first.py: is empty"
            )


def test_manual_score_and_comment_survive_a_second_write(url: str) -> None:
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    with opened(url) as book:
        for part, score in (("essay", 1.5), ("loss", 5.0)):
            book.find_grade(part, "first", "01-a", "ada").manual_score = score
        book.find_comment("loss_solution", "first", "01-a", "ada").manual_comment = "well tried"
        book.find_grade("loss", "first", "01-a", "ada").extra_credit = 0.25
        book.db.commit()
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 3)], {})
    with opened(url) as book:
        essay, loss = (book.find_grade(part, "first", "01-a", "ada") for part in ("essay", "loss"))
        assert (essay.manual_score, essay.needs_manual_grade) == (1.5, False)
        assert (loss.auto_score, loss.manual_score, loss.score) == (3, 5, 5.25)
        assert book.find_comment("loss_solution", "first", "01-a", "ada").comment == "well tried"


def test_second_write_replaces_scores_and_adds_no_rows(url: str) -> None:
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 6), a_result("bob", 2)], {})
    with opened(url) as book:
        assert {item.student.id: item.score for item in book.assignment_submissions("01-a")} == {"ada": 6, "bob": 2}
        assert len(book.find_submission("01-a", "ada").notebooks[0].grades) == 2


def test_part_added_to_the_course_later_gets_its_grades(url: str) -> None:
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    parts = [PartResult("loss", 4, 6, False, []), PartResult("grad", 3, 3, False, [])]
    gradebook.write_gradebook(url, a_course(LOSS, ESSAY, GRAD), [a_result("ada", 7, parts=parts)], {})
    with opened(url) as book:
        assert book.find_submission("01-a", "ada").score == 7
        assert book.find_assignment("01-a").max_score == 11


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own relations, in its add_submission
def test_submission_that_nbgrader_made_is_taken_over(url: str) -> None:
    with opened(url) as book:
        book.add_assignment("01-a")
        book.add_notebook("first", "01-a")
        book.add_grade_cell("loss", "first", "01-a", max_score=1, cell_type="code")
        book.add_student("ada")
        book.add_submission("01-a", "ada")
    gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    with opened(url) as book:
        submission = book.find_submission("01-a", "ada")
        assert (submission.score, submission.max_score) == (4, 8)


def test_locked_database_is_one_line_that_names_file_cause_and_remedy(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("begin exclusive")
        with pytest.raises(OutputError) as caught:
            gradebook.write_gradebook(f"sqlite:///{path}?timeout=0.05", COURSE, [a_result("ada", 4)], {})
    line = str(caught.value)
    assert str(path) in line and "locked" in line and "close what holds it open" in line
    assert "\n" not in line


def test_read_only_database_is_one_line_and_no_traceback(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = Course(
        "another", "Losses", COURSE.assignments
    )  # nbgrader itself writes, and logs, a course it does not know
    for course in (COURSE, other):
        with caplog.at_level(logging.ERROR), pytest.raises(OutputError, match="readonly") as caught:
            gradebook.write_gradebook(f"sqlite:///file:{path}?mode=ro&uri=true", course, [a_result("ada", 4)], {})
        assert "\n" not in str(caught.value)
    assert not caplog.records


@pytest.mark.parametrize("content", [b"not a database, but long enough to look at" * 30, None])
def test_file_that_is_no_database_or_cannot_be_made_is_named(tmp_path: Path, content: bytes | None) -> None:
    bad = tmp_path / "bad.db" if content else tmp_path / "no" / "folder.db"
    if content:
        bad.write_bytes(content)
    with pytest.raises(OutputError, match=bad.name):
        gradebook.write_gradebook(f"sqlite:///{bad}", COURSE, [a_result("ada", 4)], {})


def test_password_is_not_in_the_error() -> None:
    with pytest.raises(OutputError) as caught:
        gradebook.write_gradebook("nosuch://me:secret@host/db", COURSE, [], {})
    assert "secret" not in str(caught.value)


def test_failure_half_way_enters_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(gradebook.book, "_enter_comments", fail)
    with pytest.raises(OutputError, match="disk full"):
        gradebook.write_gradebook(url, COURSE, [a_result("ada", 4)], {})
    with opened(url) as book:
        assert book.students == []
        assert book.assignments == []


def test_a_new_book_has_the_schema_version_that_nbgrader_itself_would_write(monkeypatch: pytest.MonkeyPatch) -> None:
    from nbgrader import api

    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert gradebook.newest_schema() == api.get_alembic_version()
