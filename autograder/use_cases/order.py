"""What is asked of grading, by whichever command or tool asks."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.course import Assignment, Course


class Place(NamedTuple):
    """Where a submission lies."""

    student: str
    assignment: Assignment
    folder: Path


@dataclass(frozen=True)
class Order:
    """What to grade, where to write, and how.

    All submissions to `assignments` below `submitted` are graded, or those in `places` where these are given; `sandbox` names
    the wall, or the strongest one that works is taken. What is graded is remembered in `out`, unless `remember` says no; `force`
    grades again what is remembered. Where a submission is not `dated`, somebody else minds when it was handed in.
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
        return self.database or f"sqlite:///{(self.out / 'gradebook.db').resolve()}"

    @property
    def memory(self) -> Path:
        """The folder of what has been graded."""
        return self.out / ".graded"

    @property
    def scratch(self) -> Path:
        """Where files may lie for as long as grading takes."""
        return self.memory if self.remember else Path(tempfile.gettempdir())
