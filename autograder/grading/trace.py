"""Records of a check's calls, from which mistakes are named afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder.grading.outcome import Kind


@dataclass
class Recorded:
    """One call of a check: the function, its packed arguments and its result.

    `label` is its name in messages: the function, or the class of the module that was called.
    """

    function: str
    arguments: bytes
    backward: bool = False
    label: str = ""
    value: Any = None
    gradients: list[Any] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)
    raised: str | None = None
    printed: bool = False
    ended: bool = True


@dataclass(frozen=True)
class Trace:
    """The calls of one check, whether it passed, and what it judges."""

    check: str
    part: str
    passed: bool
    calls: tuple[Recorded, ...]
    kind: Kind = "value"
    topic: str = ""
