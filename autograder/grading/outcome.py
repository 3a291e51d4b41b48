"""The outcome of one check."""

from __future__ import annotations

from typing import Literal

import msgspec

# What a check judges: values against an oracle, a relation of the function to itself, unusual and bad input.
Kind = Literal["value", "property", "input"]
Status = Literal["pass", "fail", "error", "timeout", "memory", "crash", "blocked"]


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of one check; `message` is what the student may read about it."""

    id: str
    part: str
    title: str
    status: Status
    max_points: float
    message: str = ""
    mistake: str | None = None
    kind: Kind = "value"
    topic: str = "default"
