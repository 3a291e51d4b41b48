"""Turn the outcomes of checks into a Result, with pure functions."""

from __future__ import annotations

import functools
import math

from autograder.course import Assignment, Course, Part, late
from autograder.grading.outcome import Outcome
from autograder.intake.submission import Submission
from autograder.results import CheckResult, PartResult, Result

# Students see the notes of intake and worker, and read a few lines; a hostile notebook makes tens of thousands.
MAX_NOTES, MAX_NOTE = 30, 500


def bounded(notes: list[str]) -> list[str]:
    """Keep the first notes, each cut to a readable length, and say how many are left out. Applying it twice is safe."""
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
    """Score a submission; one with a problem is rejected and earns nothing.

    `handed_in` are the times of the student's other assignments, which free late days depend on.
    """
    parts = [
        _part(part, [item for item in outcomes if item.part == part.id], course.carry_forward)
        for part in assignment.parts
    ]
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
    """Return the score after the late penalty."""
    return max(0.0, result.score - result.late_penalty)


def _part(part: Part, outcomes: list[Outcome], carry: bool) -> PartResult:
    checks = [_checked(item, carry) for item in outcomes]
    return PartResult(part.id, sum(check.points for check in checks), part.points, part.manual, checks)


@functools.lru_cache(maxsize=1 << 13)
def _checked(item: Outcome, carry: bool) -> CheckResult:
    """Make the result of one check. Most submissions share their outcomes, so equal ones are kept in memory once."""
    carried = carry and item.carried
    return CheckResult(
        id=item.id,
        title=item.title,
        status="carried" if carried else item.status,
        points=item.max_points if carried or item.status == "pass" else 0.0,
        max_points=item.max_points,
        message=item.carried if carried else item.message,
        mistake=item.mistake,
        kind=item.kind,
        topic=item.topic,
    )
