"""If grading processes keep dying on a batch, find the submission that kills them and grade all others."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from autograder.base.errors import SandboxError
from autograder.grading.batch import Batch, Graded, GradersStopped
from autograder.intake.submission import Submission

KEEP_DYING = "the grading processes keep dying; look for what kills them (memory?), and grade again"
KILLS = "this submission twice ended the process that graded it, so it is not graded; please tell your teacher."

# Grades a batch in a fresh process; returns None if that process died.
Alone = Callable[[Batch], list[Graded] | GradersStopped | None]


def salvaged(batch: Batch, alone: Alone) -> list[Graded]:
    """Grade a batch that has killed its processes, by trying its halves down to the submission that is to blame.

    Raises:
        SandboxError: an empty submission dies as well, so the machine is to blame.
        GradersStopped: the graders also end at an empty submission, so they are broken.
    """
    done = alone(batch)
    if isinstance(done, list):
        return done
    if len(batch.submissions) > 1:
        return [one for half in _halves(batch) for one in salvaged(half, alone)]
    done = alone(batch)
    if isinstance(done, list):
        return done
    empty = alone(_harmless(batch))
    if isinstance(empty, GradersStopped):
        raise empty
    if empty is None:
        raise SandboxError(KEEP_DYING)
    return [Graded([], [], problem=KILLS) for _ in batch.seeds or batch.submissions]


def _halves(batch: Batch) -> list[Batch]:
    middle = len(batch.submissions) // 2
    return [
        msgspec.structs.replace(batch, submissions=batch.submissions[part], only=batch.only[part])
        for part in (slice(None, middle), slice(middle, None))
    ]


def _harmless(batch: Batch) -> Batch:
    return msgspec.structs.replace(batch, submissions=[Submission("", batch.assignment_id)], only=batch.only[:1])
