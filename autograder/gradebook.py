"""nbgrader's gradebook, written through its own API; what was graded by hand there stays."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .course import Assignment, Course
from .errors import OutputError
from .results import PartResult, Result

Timestamps = Mapping[tuple[str, str], datetime.datetime | None]


def write(url: str, course: Course, results: list[Result], timestamps: Timestamps) -> None:
    """Enter all results. Raises OutputError where the database cannot be written."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own relations, flushed earlier than it expects
    try:
        with _own_tools_on_path(), Gradebook(url, course_id=course.id) as book:
            for assignment in course.assignments:
                mine = [result for result in results if result.assignment == assignment.id]
                if mine:
                    _register(book, course, assignment)
                    for result in mine:
                        _enter(book, assignment, result, timestamps.get((result.student, assignment.id)))
            book.db.commit()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise OutputError(f"{url}: the gradebook cannot be written ({reason}); close what holds it open") from None


@contextlib.contextmanager
def _own_tools_on_path() -> Iterator[None]:
    """nbgrader calls `alembic` by name, which lies beside the interpreter of a virtual environment that is not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _register(book: Any, course: Course, assignment: Assignment) -> None:
    due = course.due(assignment)
    naive = due.astimezone(datetime.UTC).replace(tzinfo=None) if due else None  # nbgrader keeps naive UTC
    book.update_or_create_assignment(assignment.id, duedate=naive)
    book.update_or_create_notebook(assignment.module, assignment.id)
    for part in assignment.parts:
        kind = "markdown" if part.manual else "code"
        book.update_or_create_grade_cell(
            part.id, assignment.module, assignment.id, max_score=part.points, cell_type=kind
        )
        book.update_or_create_solution_cell(f"{part.id}_solution", assignment.module, assignment.id)


def _enter(book: Any, assignment: Assignment, result: Result, timestamp: datetime.datetime | None) -> None:
    naive = timestamp.astimezone(datetime.UTC).replace(tzinfo=None) if timestamp else None
    book.update_or_create_student(result.student)
    submission = book.update_or_create_submission(assignment.id, result.student, timestamp=naive)
    submitted = submission.notebooks[0]
    submitted.late_submission_penalty = result.late_penalty
    grades = {grade.name: grade for grade in submitted.grades}
    comments = {comment.name: comment for comment in submitted.comments}
    for part in result.parts:
        grade = grades[part.id]
        grade.auto_score = None if part.needs_manual_grade else part.score
        grade.needs_manual_grade = part.needs_manual_grade and grade.manual_score is None
        comments[f"{part.id}_solution"].auto_comment = _comment(part, result.problem)


def _comment(part: PartResult, problem: str | None) -> str | None:
    if problem is not None:
        return problem
    lost = [f"{check.title}: {check.message}" for check in part.checks if check.status != "pass"]
    return "\n\n".join(lost) or None
