"""What lateness costs: pure functions of policy, deadline and time, the same for `losslab grade` and for nbgrader."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from autograder.course import Course, LatePolicy

Times = Mapping[str, datetime.datetime | None]


def penalty(
    policy: LatePolicy,
    score: float,
    due: datetime.datetime | None,
    handed_in: datetime.datetime | None,
    free_days: int = 0,
) -> float:
    """Points taken from a score; `free_days` are days that cost nothing. Unknown times count as on time."""
    if due is None or handed_in is None:
        return 0.0
    if is_closed(policy, due, handed_in):
        return max(0.0, score)
    paid = max(0, days_late(policy, due, handed_in) - free_days)
    return round(max(0.0, score) * min(policy.max_percent, paid * policy.percent_per_day) / 100, 6)


def days_late(policy: LatePolicy, due: datetime.datetime, handed_in: datetime.datetime) -> int:
    """Started days after the deadline, 0 within the grace period.

    A day ends when the clock of the deadline's time zone shows its hour again: 23 or 25 hours later, where clocks change.
    """
    moment = _moment(policy, handed_in)
    days = max(0, (moment - _utc(due)).days - 1)
    while moment > _utc(due + datetime.timedelta(days=days)):
        days += 1
    return days


def is_closed(policy: LatePolicy, due: datetime.datetime, handed_in: datetime.datetime) -> bool:
    """Whether it came after the hard deadline, which free days do not move."""
    if policy.closes_after_days is None:
        return False
    return _moment(policy, handed_in) > _utc(due + datetime.timedelta(days=policy.closes_after_days))


def free_days(course: Course, student: str, handed_in: Times) -> dict[str, int]:
    """How many of the student's free days each assignment takes, by assignment; the earliest deadlines take first."""
    left = course.free_late_days
    taken: dict[str, int] = {}
    dated = [(course.due(item, student), item) for item in course.assignments]
    for due, assignment in sorted(((due, item) for due, item in dated if due), key=lambda pair: _utc(pair[0])):
        moment, policy = handed_in.get(assignment.id), course.late_policy_of(assignment)
        if moment is None or is_closed(policy, due, moment):
            continue
        taken[assignment.id] = min(left, days_late(policy, due, moment))
        left -= taken[assignment.id]
    return taken


def penalty_of(course: Course, assignment_id: str, student: str, score: float, handed_in: Times) -> float:
    """The penalty of one student's assignment: policy, extension and free days of the course taken together."""
    assignment = course.assignment(assignment_id)
    due, policy = course.due(assignment, student), course.late_policy_of(assignment)
    free = free_days(course, student, handed_in).get(assignment.id, 0) if course.free_late_days else 0
    return penalty(policy, score, due, handed_in.get(assignment.id), free)


def _moment(policy: LatePolicy, handed_in: datetime.datetime) -> datetime.datetime:
    return _utc(handed_in) - datetime.timedelta(minutes=policy.grace_minutes)


def _utc(moment: datetime.datetime) -> datetime.datetime:
    """Times of one zone are subtracted by what its clock shows; in UTC, by what has passed."""
    return moment.astimezone(datetime.UTC)
