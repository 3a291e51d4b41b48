"""Hints, one at a time: which one comes next, and for which part."""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.base.errors import CourseError, OutputError
from autograder.course import Assignment, Course, Part
from autograder.student import progress
from autograder.student.checks import texts


@dataclass(frozen=True)
class Hint:
    """One hint, ready to be shown."""

    assignment: Assignment
    part: Part
    level: int
    recorded: bool

    def lines(self) -> list[str]:
        """Return the title, the hint, how to get the next one, and where it was noted."""
        levels, part = len(self.part.hints), f"{self.assignment.id} · {self.part.title}"
        name = texts.HINT_LEVELS[self.level - 1]
        title = texts.HINT_TITLE.format(part=part, level=self.level, levels=levels, name=name)
        more = texts.HINT_MORE.format(name=texts.HINT_LEVELS[self.level]) if self.level < levels else texts.HINT_LAST
        where = f"{progress.FOLDER}/{progress.FILENAME}"
        noted = texts.HINT_RECORDED if self.recorded else texts.HINT_NOT_RECORDED
        return [title, f"  {self.part.hints[self.level - 1]}", more, noted.format(path=where)]


def find(course: Course, name: str, here: Assignment | None) -> tuple[Assignment, Part]:
    """Find the part named by `01-mse/mse_loss`, by its id alone, or by a function's name. Raises CourseError."""
    first, _, part_id = name.strip().replace("\\", "/").strip("/").rpartition("/")
    owners = [course.assignment(first)] if first else course.assignments
    found = [(item, part) for item in owners for part in [item.part(part_id) or item.part_of(part_id)] if part]
    mine = [pair for pair in found if here is not None and pair[0].id == here.id] or found
    if len(mine) == 1:
        if not mine[0][1].hints:
            raise CourseError(texts.HINT_MANUAL.format(part=part_id))
        return mine[0]
    if found:
        choices = " or ".join(f"{item.id}/{part_id}" for item, _ in found)
        raise CourseError(texts.HINT_AMBIGUOUS.format(part=name, choices=choices))
    raise CourseError(_unknown(name, part_id, owners))


def _unknown(name: str, part_id: str, owners: list[Assignment]) -> str:
    known = list(dict.fromkeys(part.id for item in owners for part in item.parts if part.hints))
    close = difflib.get_close_matches(part_id, known, n=1, cutoff=0.6)
    if close:
        return texts.HINT_NEAR.format(part=name, near=close[0])
    if len(owners) > 1:
        return texts.HINT_NOWHERE.format(part=name)
    return texts.HINT_UNKNOWN.format(part=name, known=", ".join(known))


def take(home: Path, assignment: Assignment, part: Part, level: int | None = None, again: bool = False) -> Hint:
    """Return a part's next hint, the one of `level`, or the last one again; record the highest level.

    Raises:
        OutputError: the level cannot be recorded and none was named, so the next hint would never come.
    """
    before = progress.load(home).hints.get(assignment.id, {}).get(part.id, 0)
    shown = level or (max(1, before) if again else min(before + 1, len(part.hints)))

    def note(known: progress.Progress) -> progress.Progress:
        own = dict(known.hints.get(assignment.id, {}))
        own[part.id] = max(shown, own.get(part.id, 0))
        return msgspec.structs.replace(known, hints={**known.hints, assignment.id: own})

    recorded = False
    with contextlib.suppress(*([OutputError] if level else [])):
        progress.update(home, note, texts.HINT_SAVE_REMEDY)
        recorded = True
    return Hint(assignment, part, shown, recorded)
