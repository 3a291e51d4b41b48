"""Scores that people entered by hand in the gradebook, and how they change a Result."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder.course import Course, late
from autograder.gradebook import opened
from autograder.results import PartResult, Result


class Mark(NamedTuple):
    """A person's score of a part (None: not entered), and the extra credit."""

    manual: float | None
    extra: float


class Entered(NamedTuple):
    """One submission in the gradebook: when it was handed in, and marks by part."""

    handed_in: datetime.datetime | None
    marks: dict[str, Mark]


Book = dict[tuple[str, str], Entered]


def read(url: str, course: Course) -> Book:
    """Read all submissions of a gradebook by student and assignment; empty before the first grading.

    Raises:
        OutputError: it cannot be read.
    """
    if is_new(url):
        return {}
    with opened(url, course) as book:
        from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
        from sqlalchemy import select

        handed_in = (
            select(SubmittedAssignment.student_id, Assignment.name, SubmittedAssignment.timestamp)
            .select_from(SubmittedAssignment)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        )
        entered = {
            (student, name): Entered(moment and moment.replace(tzinfo=datetime.UTC), {})
            for student, name, moment in book.db.execute(handed_in)
        }
        by_hand = (
            select(
                SubmittedAssignment.student_id, Assignment.name, BaseCell.name, Grade.manual_score, Grade.extra_credit
            )
            .select_from(Grade)
            .join(BaseCell, Grade.cell_id == BaseCell.id)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .where((Grade.manual_score.is_not(None)) | (Grade.extra_credit.is_not(None)))
        )
        for student, name, part, manual, extra in book.db.execute(by_hand):
            entered[student, name].marks[part] = Mark(manual, extra or 0.0)
    return entered


def is_new(url: str) -> bool:
    """Say whether this is an SQLite database whose file does not exist yet."""
    try:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        return False  # opening it will say what is missing
    try:
        parsed = make_url(url)
    except ArgumentError:
        return False
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()


def applied(course: Course, result: Result, entered: Entered | None, handed_in: late.Times) -> Result:
    """Return the result with a person's scores and extra credit, and the late penalty for the new score.

    It may be applied twice, because what checks earn is added up from scratch. If nothing was entered,
    the bytes of the result stay the same.
    """
    if entered is None:
        return result
    assignment = course.assignment(result.assignment)
    by_hand = {part.id for part in assignment.parts if part.manual}
    parts = [_marked(part, entered.marks.get(part.id, Mark(None, 0.0)), part.id in by_hand) for part in result.parts]
    score = sum(part.score for part in parts)
    penalty = late.penalty_of(course, result.assignment, result.student, score, handed_in)
    return msgspec.structs.replace(result, parts=parts, score=score, late_penalty=penalty)


def _marked(part: PartResult, mark: Mark, by_hand: bool) -> PartResult:
    earned = sum(check.points for check in part.checks)
    score = earned if mark.manual is None else mark.manual
    waits = by_hand and mark.manual is None
    if mark.extra:
        score += mark.extra
    return msgspec.structs.replace(part, score=score, needs_manual_grade=waits)
