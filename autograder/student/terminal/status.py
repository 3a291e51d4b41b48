"""Where a student stands: public checks of each part, points, time left, and late days."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.base.errors import SubmissionError
from autograder.course import Assignment, Course, late
from autograder.student.checks import texts, work
from autograder.student.terminal import run


@dataclass(frozen=True)
class Standing:
    """One part, with its state in words, so that no colour is needed."""

    assignment: str
    part: str
    points: float
    state: str


def standings(assignment: Assignment, folder: Path | None, home: Path | None = None) -> list[Standing]:
    """Return all parts of an assignment; `folder` holds the student's file. A broken file is a state, not an error."""
    try:
        counts = run.counted(assignment, folder, home) if folder is not None else {}
    except SubmissionError:
        return _alike(assignment, _why_not(assignment, folder))
    if folder is None:
        return _alike(assignment, texts.STATE_NO_FOLDER)
    states = {part.id: texts.STATE_MANUAL if part.manual else state_of(*counts[part.id]) for part in assignment.parts}
    return [Standing(assignment.id, part.id, part.points, states[part.id]) for part in assignment.parts]


def _alike(assignment: Assignment, state: str) -> list[Standing]:
    return [Standing(assignment.id, part.id, part.points, state) for part in assignment.parts]


def _why_not(assignment: Assignment, folder: Path | None) -> str:
    if folder is not None and not any((folder / name).is_file() for name in work.names(assignment)):
        return texts.STATE_NO_FILE
    missing = work.missing_library(assignment)
    return texts.STATE_NO_LIBRARY.format(name=missing) if missing else texts.STATE_UNREADABLE


def state_of(passed: int, total: int, begun: bool) -> str:
    if not begun:
        return texts.STATE_IDLE
    return texts.STATE_DONE if passed == total else texts.STATE_BEGUN.format(passed=passed, total=total)


def total(course: Course, standings: list[Standing]) -> str:
    """Return one line on the whole course: what is done, and how many points are open."""
    by_hand = {(item.id, part.id) for item in course.assignments for part in item.parts if part.manual}
    checked = [item for item in standings if (item.assignment, item.part) not in by_hand]
    done = [item for item in checked if item.state == texts.STATE_DONE]
    every = sum(item.points for item in standings)
    return texts.STATUS_TOTAL.format(
        done=len(done), total=len(checked), points=every - sum(item.points for item in done), all_points=every
    )


def time_left(due: datetime.datetime | None, now: datetime.datetime) -> str:
    """Return the time until the deadline, in its largest unit."""
    if due is None:
        return texts.NO_DEADLINE
    seconds = (due - now).total_seconds()
    size = abs(seconds)
    for one, many, length in _UNITS:
        if size >= length:
            count = int(size // length)
            words = (one if count == 1 else many).format(count=count)
            return (texts.LEFT if seconds > 0 else texts.LATE).format(time=words)
    return texts.SOON if seconds > 0 else texts.JUST_OVER


_UNITS = ((texts.DAY, texts.DAYS, 86400), (texts.HOUR, texts.HOURS, 3600), (texts.MINUTE, texts.MINUTES, 60))


def due_words(due: datetime.datetime | None, now: datetime.datetime) -> str:
    """Return the date of a deadline and the time left."""
    left = time_left(due, now)
    return f"{due:%Y-%m-%d %H:%M} {due.tzname()}, {left}" if due is not None else left


def late_days(course: Course, packed: dict[str, datetime.datetime], now: datetime.datetime) -> list[str]:
    """Return lines on late days; `packed` are the times of the zips next to the assignments' folders."""
    lines = [texts.NO_LATE_DAYS]
    if course.free_late_days:
        used = sum(late.free_days(course, "", packed).values())
        lines = [texts.LATE_DAYS.format(left=course.free_late_days - used, free=course.free_late_days)]
    for assignment in course.assignments:
        lines += _lateness(course, assignment, packed.get(assignment.id), now)
    return [*lines, *_costs(course), texts.LATE_UNKNOWN]


def _lateness(
    course: Course, assignment: Assignment, packed: datetime.datetime | None, now: datetime.datetime
) -> Iterator[str]:
    due, policy = course.due(assignment), course.late_policy_of(assignment)
    if due is None:
        return
    days = late.days_late(policy, due, packed or now)
    words = (texts.DAY if days == 1 else texts.DAYS).format(count=days)
    if packed is not None and days:
        yield texts.LATE_USED.format(assignment=assignment.id, days=words, file=f"{assignment.id}.zip")
    elif packed is None and late.is_closed(policy, due, now):
        closed = due + datetime.timedelta(days=policy.closes_after_days or 0)
        yield texts.LATE_CLOSED.format(assignment=assignment.id, date=f"{closed:%Y-%m-%d %H:%M}")
    elif packed is None and days:
        yield texts.LATE_NOW.format(assignment=assignment.id, days=words)


def _costs(course: Course) -> Iterator[str]:
    policy = course.late_policy
    if policy.percent_per_day:
        yield texts.LATE_COST.format(percent=policy.percent_per_day, most=policy.max_percent)
    if policy.closes_after_days is not None:
        yield texts.LATE_CLOSES.format(days=policy.closes_after_days)


def zips(course: Course, folders: dict[str, Path | None]) -> dict[str, datetime.datetime]:
    """Return when each assignment was packed: the time of the zip that `losslab submit` leaves next to its folder."""
    found = {}
    for assignment in course.assignments:
        folder = folders.get(assignment.id)
        path = folder.parent / f"{assignment.id}.zip" if folder is not None else None
        if path is not None and path.is_file():
            found[assignment.id] = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    return found
