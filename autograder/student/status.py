"""Where a student stands: each part by its public checks, points at stake, and the time that is left."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment
from ..errors import SubmissionError
from ..public import checks as public


@dataclass(frozen=True)
class Standing:
    """One part: in words how far it is, so that nothing hangs on a colour."""

    assignment: str
    part: str
    points: float
    state: str


def standings(assignment: Assignment, folder: Path | None) -> list[Standing]:
    """All parts of an assignment; `folder` holds the student's file. Never raises for what a student did."""
    if folder is None:
        return [Standing(assignment.id, part.id, part.points, "not downloaded") for part in assignment.parts]
    try:
        verdicts = public.run(assignment, folder)
    except SubmissionError as error:
        said = "cannot be read" if "missing" not in str(error) else "no file"
        return [Standing(assignment.id, part.id, part.points, said) for part in assignment.parts]
    found = []
    for part in assignment.parts:
        own = [item.status for item in verdicts if item.part == part.id]
        passed = own.count("pass")
        if part.manual:
            state = "graded by hand"
        elif not own or own.count("missing") == len(own):
            state = "not started"
        else:
            state = "public checks pass" if passed == len(own) else f"{passed} of {len(own)} public checks pass"
        found.append(Standing(assignment.id, part.id, part.points, state))
    return found


def time_left(due: datetime.datetime | None, now: datetime.datetime) -> str:
    """How long until the deadline, in the largest unit that says enough."""
    if due is None:
        return "no deadline"
    seconds = (due - now).total_seconds()
    size = abs(seconds)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if size >= length:
            count = int(size // length)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} left" if seconds > 0 else f"{words} late"
    return "less than a minute left" if seconds > 0 else "just over"
