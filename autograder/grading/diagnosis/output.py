"""What a call gave, and when two of those are the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.matchers import to_array
from autograder.grading.trace import Recorded
from autograder.worker import wire


@dataclass(frozen=True)
class Output:
    """What a call gave, in a form that can be compared."""

    value: Any
    gradients: tuple[Any, ...]
    after: tuple[Any, ...]
    raised: str | None
    printed: bool = False


def of_student(call: Recorded) -> Output:
    """What the student's function gave."""
    raised = call.raised if call.ended else "(none)"
    return Output(call.value, tuple(call.gradients), tuple(call.after), raised, call.printed)


Alike = Callable[[Output, Output], bool]


def refused_alike(one: Output, other: Output) -> bool:
    """Equal in what is refused and what is not."""
    return one.raised == other.raised


def same(one: Output, other: Output) -> bool:
    """Equal in all that a check may see, up to rounding."""
    if one.raised or other.raised:
        return one.raised == other.raised
    return one.printed == other.printed and (
        _equal(one.value, other.value)
        and _equal(list(one.gradients), list(other.gradients))
        and _equal(list(one.after), list(other.after))
    )


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) == len(other) > 8 and all(type(item) in (int, float) for item in (*one, *other)):
            one, other = np.array(one, dtype=float), np.array(other, dtype=float)  # a state of six hundred numbers, say
            return _equal(one, other)
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, wire.Figure) and isinstance(other, wire.Figure):
        return len(one.axes) == len(other.axes) and all(map(_drawn_alike, one.axes, other.axes))
    first, second = to_array(one), to_array(other)
    if first is None or second is None:
        # What has no form on the wire (a module, a figure) is not compared: its calls are.
        plain = (str, bool, type(None))
        if isinstance(one, plain) or isinstance(other, plain):  # an array beside None would compare element by element
            return isinstance(one, plain) and isinstance(other, plain) and one == other
        return (first is None) == (second is None)
    if first.shape != second.shape or first.dtype.kind in "OSU" or second.dtype.kind in "OSU":
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(first, second, rtol=min(_rounding(one), _rounding(other)), atol=1e-7, equal_nan=True))


def _rounding(value: Any) -> float:
    """By how much two ways of computing one thing may differ in the value's own precision."""
    dtype, torch = getattr(value, "dtype", None), sys.modules.get("torch")
    eps = 0.0
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        eps = float(np.finfo(dtype).eps)
    elif torch is not None and isinstance(dtype, torch.dtype) and dtype.is_floating_point:
        eps = float(torch.finfo(dtype).eps)
    return max(2e-5, 4 * eps)


def _drawn_alike(one: wire.Axes, other: wire.Axes) -> bool:
    """The same lines on the same scales, and words where the other has words: which ones is the student's choice."""
    words = [(bool(item.xlabel), bool(item.ylabel), bool(item.legend)) for item in (one, other)]
    lines = [sorted((line.x, line.y) for line in item.lines) for item in (one, other)]
    return (
        words[0] == words[1]
        and (one.xscale, one.yscale) == (other.xscale, other.yscale)
        and len(lines[0]) == len(lines[1])
        and all(_equal(list(first), list(second)) for first, second in zip(*lines, strict=True))
    )
