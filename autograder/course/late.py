"""Compute what late work costs: pure functions of policy, deadline and time, for `losslab grade` and nbgrader."""

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
    """Return the points to take from a score; `free_days` cost nothing. An unknown time counts as on time."""
    if due is None or handed_in is None:
        return 0.0
    if is_closed(policy, due, handed_in):
        return max(0.0, score)
    paid = max(0, days_late(policy, due, handed_in) - free_days)
    return round(max(0.0, score) * min(policy.max_percent, paid * policy.percent_per_day) / 100, 6)


def days_late(policy: LatePolicy, due: datetime.datetime, handed_in: datetime.datetime) -> int:
    """Count the days after the deadline, started days included; 0 within the grace period.

    A day ends when the clock in the deadline's time zone shows the same hour again: after 23 or 25 hours when clocks
    change.
    """
    moment = _moment(policy, handed_in)
    days = max(0, (moment - _utc(due)).days - 1)
    while moment > _utc(due + datetime.timedelta(days=days)):
        days += 1
    return days


def is_closed(policy: LatePolicy, due: datetime.datetime, handed_in: datetime.datetime) -> bool:
    """Return whether work came after the hard deadline, which free days do not move."""
    if policy.closes_after_days is None:
        return False
    return _moment(policy, handed_in) > _utc(due + datetime.timedelta(days=policy.closes_after_days))


def free_days(course: Course, student: str, handed_in: Times) -> dict[str, int]:
    """Return how many of the student's free days each assignment uses, by assignment; earlier deadlines come first."""
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
    """Return the penalty of one student's assignment, after the course's policy, extensions and free days."""
    assignment = course.assignment(assignment_id)
    due, policy = course.due(assignment, student), course.late_policy_of(assignment)
    free = free_days(course, student, handed_in).get(assignment.id, 0) if course.free_late_days else 0
    return penalty(policy, score, due, handed_in.get(assignment.id), free)


def _moment(policy: LatePolicy, handed_in: datetime.datetime) -> datetime.datetime:
    return _utc(handed_in) - datetime.timedelta(minutes=policy.grace_minutes)


def _utc(moment: datetime.datetime) -> datetime.datetime:
    """Convert to UTC. Python subtracts two times of one zone by the clock; in UTC, by what has really passed."""
    return moment.astimezone(datetime.UTC)
