"""From outcomes to a Result: pure functions of values."""

from __future__ import annotations

import datetime
import math

from .course import Assignment, Course, LatePolicy, Part
from .grading.outcome import Outcome
from .intake.submission import Submission
from .results import CheckResult, PartResult, Result


def result(
    course: Course,
    assignment: Assignment,
    submission: Submission,
    outcomes: list[Outcome],
    notes: list[str],
    sandbox: str,
    measures: dict[str, float] | None = None,
) -> Result:
    """Score a submission; one with a problem is rejected, with nothing earned."""
    parts = [_part(part, [item for item in outcomes if item.part == part.id]) for part in assignment.parts]
    score = sum(part.score for part in parts)
    late = late_penalty(course.late_policy_of(assignment), score, course.due(assignment), submission.timestamp)
    return Result(
        student=submission.student,
        assignment=assignment.id,
        status="graded" if submission.problem is None else "rejected",
        problem=submission.problem,
        score=score,
        max_score=assignment.max_score,
        late_penalty=late,
        submission_sha256=submission.sha256,
        sandbox=sandbox,
        parts=parts,
        notes=submission.notes + notes,
        measures={name: value for name, value in (measures or {}).items() if math.isfinite(value)},
    )


def _part(part: Part, outcomes: list[Outcome]) -> PartResult:
    checks = [
        CheckResult(
            id=item.id,
            title=item.title,
            status=item.status,
            points=item.max_points if item.status == "pass" else 0.0,
            max_points=item.max_points,
            message=item.message,
            mistake=item.mistake,
        )
        for item in outcomes
    ]
    return PartResult(part.id, sum(check.points for check in checks), part.points, part.manual, checks)


def late_penalty(
    policy: LatePolicy, score: float, due: datetime.datetime | None, handed_in: datetime.datetime | None
) -> float:
    """Points taken for lateness; unknown times count as on time. Started days count, after the grace period."""
    if due is None or handed_in is None:
        return 0.0
    late = (handed_in - due).total_seconds() - policy.grace_minutes * 60
    if late <= 0:
        return 0.0
    days = late / 86400
    if policy.closes_after_days is not None and days > policy.closes_after_days:
        return score
    return round(score * min(policy.max_percent, math.ceil(days) * policy.percent_per_day) / 100, 6)
