"""From outcomes to a Result: pure functions of values."""

from __future__ import annotations

import functools
import math

from autograder.course import Assignment, Course, Part, late
from autograder.grading.outcome import Outcome
from autograder.intake.submission import Submission
from autograder.results import CheckResult, PartResult, Result

# What intake and worker noted is told to a student, who reads a few lines; a hostile notebook makes tens of thousands.
MAX_NOTES, MAX_NOTE = 30, 500


def bounded(notes: list[str]) -> list[str]:
    """The first notes, each cut to a length that is read, and how many are left out. It may be applied to its own result."""
    kept = notes if len(notes) <= MAX_NOTES + 1 else notes[:MAX_NOTES]
    left = [f"{len(notes) - MAX_NOTES} more notes are left out"] if kept is not notes else []
    return [note if len(note) <= MAX_NOTE else f"{note[: MAX_NOTE - 1]}…" for note in kept] + left


def result(
    course: Course,
    assignment: Assignment,
    submission: Submission,
    outcomes: list[Outcome],
    notes: list[str],
    sandbox: str,
    measures: dict[str, float] | None = None,
    handed_in: late.Times | None = None,
) -> Result:
    """Score a submission; one with a problem is rejected, with nothing earned.

    `handed_in` are the times of the student's other assignments, which free late days depend on.
    """
    parts = [_part(part, [item for item in outcomes if item.part == part.id]) for part in assignment.parts]
    score = sum(part.score for part in parts)
    times = {assignment.id: submission.timestamp} | dict(handed_in or {})
    return Result(
        student=submission.student,
        assignment=assignment.id,
        status="graded" if submission.problem is None else "rejected",
        problem=submission.problem,
        score=score,
        max_score=assignment.max_score,
        late_penalty=late.penalty_of(course, assignment.id, submission.student, score, times),
        submission_sha256=submission.sha256,
        sandbox=sandbox,
        parts=parts,
        notes=bounded(submission.notes + notes),
        measures={name: value for name, value in (measures or {}).items() if math.isfinite(value)},
        hints=submission.hints,
    )


def final_score(result: Result) -> float:
    """The score after the late penalty."""
    return max(0.0, result.score - result.late_penalty)


def _part(part: Part, outcomes: list[Outcome]) -> PartResult:
    checks = [_checked(item) for item in outcomes]
    return PartResult(part.id, sum(check.points for check in checks), part.points, part.manual, checks)


@functools.lru_cache(maxsize=1 << 13)
def _checked(item: Outcome) -> CheckResult:
    """Most outcomes of a check are the same in most submissions: in a class of thousands they are kept once."""
    return CheckResult(
        id=item.id,
        title=item.title,
        status=item.status,
        points=item.max_points if item.status == "pass" else 0.0,
        max_points=item.max_points,
        message=item.message,
        mistake=item.mistake,
    )
