"""What is kept of a check's calls, so that a wrong answer can be named afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Recorded:
    """One call of a check: what was called with which packed arguments, and what it gave.

    `label` is what a message calls it: the function, or the class of the module that was called.
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
    """The calls of one check, and whether it was passed."""

    check: str
    part: str
    passed: bool
    calls: tuple[Recorded, ...]
