"""The output of a call, and comparisons of two outputs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.matchers import to_array
from autograder.grading.trace import Recorded
from autograder.worker import wire


@dataclass(frozen=True)
class Output:
    """The output of a call, in a form that can be compared."""

    value: Any
    gradients: tuple[Any, ...]
    after: tuple[Any, ...]
    raised: str | None
    printed: bool = False


def of_student(call: Recorded) -> Output:
    """Return the output of the student's function."""
    raised = call.raised if call.ended else "(none)"
    return Output(call.value, tuple(call.gradients), tuple(call.after), raised, call.printed)


def same(one: Output, other: Output) -> bool:
    """Return whether two outputs are equal in all that a check may see, up to rounding."""
    return not differences(one, other)


def differences(one: Output, other: Output) -> frozenset[str]:
    """Return in what two outputs differ: raised, value, gradients, changed (arguments), printed, dtype.

    If only one of them raised, or they raised different errors, nothing else can be compared.
    """
    if one.raised or other.raised:
        return frozenset() if one.raised == other.raised else frozenset({"raised"})
    alike = {
        "value": _equal(one.value, other.value),
        "gradients": _equal(list(one.gradients), list(other.gradients)),
        "changed": _equal(list(one.after), list(other.after)),
        "printed": one.printed == other.printed,
        "dtype": _precision(one.value) == _precision(other.value),
    }
    return frozenset(name for name, equal in alike.items() if not equal)


def _precision(value: Any) -> int:
    """Return the bytes of a floating-point number in a tensor; 8 for everything else."""
    dtype, torch = getattr(value, "dtype", None), sys.modules.get("torch")
    if torch is not None and isinstance(dtype, torch.dtype) and dtype.is_floating_point:
        return int(dtype.itemsize)
    return 8


def changed(one: Output, right: Output) -> frozenset[int]:
    """Return the positions of the arguments that a call left in another state than the right one does."""
    if len(one.after) != len(right.after):
        return frozenset({-1})
    pairs = enumerate(zip(one.after, right.after, strict=True))
    return frozenset(place for place, (mine, its) in pairs if not _equal(mine, its))


def is_finite(value: Any) -> bool:
    """Return whether all numbers in a value are finite; what is not a number counts as finite."""
    if isinstance(value, (list, tuple)):
        return all(map(is_finite, value))
    array = to_array(value)
    return array is None or array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys() and _of_tensors(one) and _of_tensors(other):
            return _equal(list(one.values()), list(other.values()))  # a state; students call parameters as they like
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) == len(other) > 8 and all(type(item) in (int, float) for item in (*one, *other)):
            one, other = (
                np.array(one, dtype=float),
                np.array(other, dtype=float),
            )  # for example a state of six hundred numbers
            return _equal(one, other)
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, wire.Figure) and isinstance(other, wire.Figure):
        return len(one.axes) == len(other.axes) and all(map(_drawn_alike, one.axes, other.axes))
    first, second = to_array(one), to_array(other)
    if first is None or second is None:
        # Objects that cannot be sent (such as modules) are not compared; their calls are.
        plain = (str, bool, type(None))
        if isinstance(one, plain) or isinstance(other, plain):  # None == array would compare element by element
            return isinstance(one, plain) and isinstance(other, plain) and one == other
        return (first is None) == (second is None)
    if first.shape != second.shape or first.dtype.kind in "OSU" or second.dtype.kind in "OSU":
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(first, second, rtol=min(_rounding(one), _rounding(other)), atol=1e-7, equal_nan=True))


def _of_tensors(value: dict[Any, Any]) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and bool(value) and all(isinstance(item, torch.Tensor) for item in value.values())


def _rounding(value: Any) -> float:
    """Return the relative difference that two ways of computing a value may have in its precision."""
    dtype, torch = getattr(value, "dtype", None), sys.modules.get("torch")
    eps = 0.0
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        eps = float(np.finfo(dtype).eps)
    elif torch is not None and isinstance(dtype, torch.dtype) and dtype.is_floating_point:
        eps = float(torch.finfo(dtype).eps)
    return max(2e-5, 4 * eps)


def _drawn_alike(one: wire.Axes, other: wire.Axes) -> bool:
    """Return whether two plots have the same lines, scales and labelled places; the words are the student's choice."""
    words = [(bool(item.xlabel), bool(item.ylabel), bool(item.legend)) for item in (one, other)]
    lines = [sorted((line.x, line.y) for line in item.lines) for item in (one, other)]
    return (
        words[0] == words[1]
        and (one.xscale, one.yscale) == (other.xscale, other.yscale)
        and len(lines[0]) == len(lines[1])
        and all(_equal(list(first), list(second)) for first, second in zip(*lines, strict=True))
    )
