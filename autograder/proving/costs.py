"""What each known mistake costs: points in its own part, and points elsewhere."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import Assignment
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.outcome import Outcome


@dataclass(frozen=True)
class Cost:
    """The points that a mistake loses in its part, of how many, and in other parts; and the checks that it loses."""

    mistake: str
    part: str
    lost: float
    points: float
    elsewhere: float
    checks: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of its part that it costs."""
        return self.lost / self.points


def cost_of(assignment: Assignment, known: Mistake, lost: Sequence[Outcome]) -> Cost:
    """Count what a mistake costs. `lost` are the checks that it loses and that are not carried forward."""
    part = assignment.part(known.part)
    assert part is not None
    own = sum(item.max_points for item in lost if item.part == part.id)
    elsewhere = sum(item.max_points for item in lost if item.part != part.id)
    return Cost(known.id, part.id, own, part.points, elsewhere, tuple(item.id for item in lost))


def summary(costs: Sequence[Cost]) -> str:
    """Say in a line what a mistake costs on average."""
    share = statistics.mean(item.share for item in costs)
    elsewhere = statistics.mean(item.elsewhere for item in costs)
    return f"a mistake costs {share:.0%} of its part and {elsewhere:.2f} points elsewhere, on average over {len(costs)}"
