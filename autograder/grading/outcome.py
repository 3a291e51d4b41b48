"""The outcome of one check."""

from __future__ import annotations

from typing import Literal

import msgspec

# What a check judges: values against an oracle, a relation of the function to itself, unusual and bad input.
Kind = Literal["value", "property", "input"]
Status = Literal["pass", "fail", "error", "timeout", "memory", "crash", "blocked", "carried"]


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of one check; `message` is what the student may read about it.

    `carried` is not empty if the check failed, but is right given the student's mistake in another function: it says so.
    Whether that earns its points is for scoring (`carry_forward` in course.yml).
    """

    id: str
    part: str
    title: str
    status: Status
    max_points: float
    message: str = ""
    mistake: str | None = None
    kind: Kind = "value"
    topic: str = "default"
    carried: str = ""
