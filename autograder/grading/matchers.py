"""Matchers such as `value == close_to(expected)`: compare type, shape, dtype, finiteness and value, in that order.

Each comparison has its own message, which only describes the student's own value. The right value stays in `expected`,
for those who may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.worker.wire import Figure, Handle, Opaque

RTOL, ATOL = 1e-5, 1e-7
_KEYS, _KEY, _TEXT, _AXES = 8, 20, 20, 6

Array = np.ndarray[Any, Any]


class Matcher:
    """An object that equals the values it accepts; `mismatch` says why it did not accept the last one."""

    # Without this, NumPy would compare element by element and never ask the matcher.
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, expected: Any) -> None:
        self.expected = expected
        self.mismatch: str | None = None

    def __eq__(self, value: object) -> bool:
        self.mismatch = self.reason(value)
        return self.mismatch is None

    def __ne__(self, value: object) -> bool:
        return not self == value

    def reason(self, value: Any) -> str | None:
        """Return why `value` is not accepted; None if it is."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.expected!r})"


class close_to(Matcher):
    """Numerically equal to `expected`: a number, an array, a tensor, or a dict of these.

    Args:
        expected: what the reference gives; a 0-d array or tensor stands for a number.
        rtol, atol: tolerances, relative to the expected value.
        sequence_ok: accept a list or tuple of numbers where an array is expected.
    """

    def __init__(self, expected: Any, *, rtol: float = RTOL, atol: float = ATOL, sequence_ok: bool = False) -> None:
        super().__init__(expected)
        self._rtol, self._atol, self._sequence_ok = rtol, atol, sequence_ok

    def reason(self, value: Any) -> str | None:
        if isinstance(self.expected, Mapping):
            return self._reason_of_mapping(value)
        wanted = to_array(self.expected)
        assert wanted is not None, "a grader expects something that is not an array"
        given = to_array(value)
        if given is None and self._sequence_ok and isinstance(value, (list, tuple)):
            given = _array_of_sequence(value)
        if given is None or (isinstance(value, str)):
            return f"expected {describe_kind(wanted)}, got {describe(value)}"
        return self._reason_of_array(given, wanted)

    def _reason_of_mapping(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return f"expected a dict, got {describe(value)}"
        for key in self.expected:
            if key not in value:
                return f'key "{key}" is missing; got {_names(value)}'
            inner = close_to(
                self.expected[key], rtol=self._rtol, atol=self._atol, sequence_ok=self._sequence_ok
            ).reason(value[key])
            if inner:
                return f'"{key}": {inner}'
        return None

    def _reason_of_array(self, given: Array, wanted: Array) -> str | None:
        if given.shape != wanted.shape:
            return f"expected {describe_kind(wanted)}, got {describe_kind(given)}"
        if given.dtype.kind not in "fiu" or (given.dtype.kind in "iu" and wanted.dtype.kind == "f" and given.ndim > 0):
            return f"expected floating-point numbers, got dtype {given.dtype.name}"
        given, wanted = given.astype(np.float64), wanted.astype(np.float64)
        lost = np.isfinite(wanted) & ~np.isfinite(given)
        if lost.any():
            where = "" if given.ndim == 0 else f" ({int(lost.sum())} of {given.size} elements)"
            return f"expected a finite value, got {_number(given[lost].flat[0])}{where}"
        if np.allclose(given, wanted, rtol=self._rtol, atol=self._atol, equal_nan=False):
            return None
        if given.ndim == 0:
            return f"got {_number(given[()])}, which is not the right value"
        wrong = ~np.isclose(given, wanted, rtol=self._rtol, atol=self._atol)
        count = f"{int(wrong.sum())} of {given.size} elements are not right"
        return f"{count}, the first of them {_number(given[wrong].flat[0])}"


def _names(value: dict[Any, Any]) -> str:
    """List a few of a student's keys, in quotes, so that they count as the student's own text."""
    return ", ".join(repr(str(name)[:_KEY]) for name in list(value)[:_KEYS]) or "an empty dict"


class equal_to(Matcher):
    """Exactly equal to `expected`: for strings, None, whole numbers and shapes."""

    def reason(self, value: Any) -> str | None:
        number = to_array(value)
        plain = number.item() if number is not None and number.ndim == 0 else value
        same = type(plain) is type(self.expected) and plain == self.expected
        return None if same else f"got {describe(value)}, which is not the right value"


def to_array(value: Any) -> Array | None:
    """Convert numbers, arrays and tensors to an array; return None for anything else, booleans included."""
    if isinstance(value, (bool, np.bool_, str, bytes)) or value is None:
        return None
    if isinstance(value, (int, float, complex, np.generic, np.ndarray)):
        try:
            return np.asarray(value)
        except (OverflowError, ValueError):
            return None
    detach = getattr(value, "detach", None)
    if detach is not None:
        tensor = detach().cpu()
        return np.asarray(tensor.double().numpy() if tensor.is_floating_point() else tensor.numpy())
    return None


def _array_of_sequence(value: Any) -> Array | None:
    parts = [to_array(item) for item in value]
    if any(part is None or part.shape != () for part in parts):
        return None
    return np.array([part[()] for part in parts if part is not None], dtype=float)


def describe_kind(array: Array) -> str:
    """Describe an array without its values."""
    if array.ndim == 0:
        return "a single number"
    return f"an array of shape {array.shape}" if array.ndim <= _AXES else f"an array of {array.ndim} axes"


def describe(value: Any) -> str:
    """Describe a student's value in a few words."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Opaque):
        return f"a {value.type_name}"
    if isinstance(value, Handle):
        return f"a {value.type_name}"
    if isinstance(value, Figure):
        return "a Figure"
    array = to_array(value)
    if array is not None:
        return _number(array[()]) if array.ndim == 0 else describe_kind(array)
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"{type(value).__name__} {str(value)[:_TEXT]!r}"


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.isrealobj(value) else f"{value:.4g}"
