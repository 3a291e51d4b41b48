"""What commands and tools ask of grading."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.course import Assignment, Course, paths


class Place(NamedTuple):
    """Where a submission is."""

    student: str
    assignment: Assignment
    folder: Path


@dataclass(frozen=True)
class Order:
    """What to grade, where to write, and how.

    All submissions to `assignments` below `submitted` are graded, or only `places` if these are given. `sandbox` names
    the wall; by default it is the strongest one that works. `remember`: keep in `out` what has been graded. `force`:
    grade again what is remembered. `dated`: read when each submission was handed in; false if others take care of that.
    """

    submitted: Path
    out: Path
    course: Course
    root: Path
    assignments: list[str]
    jobs: int
    sandbox: str | None = None
    database: str | None = None
    force: bool = False
    scheduler: str | None = None
    places: Sequence[Place] | None = None
    remember: bool = True
    dated: bool = True

    @property
    def book(self) -> str:
        """SQLAlchemy URL of the gradebook."""
        return self.database or f"sqlite:///{(self.out / paths.GRADEBOOK).resolve()}"

    @property
    def memory(self) -> Path:
        """The folder that remembers what has been graded."""
        return self.out / ".graded"

    @property
    def scratch(self) -> Path:
        """The folder for temporary files during grading."""
        return self.memory if self.remember else Path(tempfile.gettempdir())
