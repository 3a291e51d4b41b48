"""Helpers that hidden checks of several assignments share: inputs, gradients by torch, requirements on every function.

from autograder.grading.helpers import answers, classified, gradient, leaves_alone, pair
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from autograder.grading.checks import require
from autograder.grading.failures import StudentRaised
from autograder.grading.matchers import to_array
from autograder.grading.proxy import Student

Array = np.ndarray[Any, Any]
_TAKEN: tuple[Callable[..., Any], ...] = (np.mean, np.sum, np.min, np.max)


def pair(rng: np.random.Generator, *shape: int) -> tuple[Array, Array]:
    """Draw predictions and targets of one shape."""
    return rng.normal(size=shape), rng.normal(size=shape)


def classified(rng: np.random.Generator, rows: int = 6, classes: int = 4) -> tuple[Array, Array]:
    """Draw logits (rows, classes) and a class for each row."""
    return rng.normal(size=(rows, classes)), rng.integers(0, classes, size=rows)


def gradient(loss: Callable[[Any, Any], Any], inputs: Any, target: Any) -> Array:
    """Return the gradient of the number `loss(inputs, target)` by the inputs, from torch, in the inputs' precision."""
    wanted = torch.tensor(inputs, requires_grad=True)
    loss(wanted, torch.tensor(target)).backward()
    found: Array = wanted.grad.numpy()
    return found


def leaves_alone(student: Student, function: str, *arguments: Array) -> None:
    """Require that a function neither changes its arguments nor prints anything."""
    seen = student.observe(function, *arguments)
    require(seen.printed == "", f"`{function}` prints something")
    for place, (after, before) in enumerate(zip(seen.arguments, arguments, strict=True), 1):
        require(np.array_equal(after, before), f"`{function}` changes argument {place}")


def error_of(student: Student, function: str, /, *arguments: Any, **named: Any) -> StudentRaised | None:
    """Return the error that a call raises, or None."""
    try:
        getattr(student, function)(*arguments, **named)
    except StudentRaised as error:
        return error
    return None


def require_value_errors(function: str, errors: Iterable[StudentRaised | None]) -> None:
    """Require that each error, raised by a call of this function, is a ValueError; None means no error."""
    for error in errors:
        require(error is not None, f"`{function}` raises no ValueError")
        require(isinstance(error, ValueError), f"`{function}` raises {getattr(error, 'type_name', '')}, not ValueError")


def names_shapes(message: str, *shapes: Sequence[int]) -> bool:
    """Return whether a message names shapes, in any order and form: "(3,)", "[3]", "3 and 3x1"."""
    wanted = Counter(str(size) for shape in shapes for size in shape)
    return wanted <= Counter(re.findall(r"\d+", message))


def answers(
    student: Student,
    function: str,
    first: Sequence[Any],
    other: Sequence[Any],
    shape: Sequence[int] | None = (),
    **named: Any,
) -> Array:
    """Require that a function works, right or wrong, so that a property of it means something; return f(*first).

    It works if it gives finite numbers of the shape that is asked for, the same twice, which change when any of its
    arguments changes (`other` has another value for each; None where an argument need not matter), and which are not just
    an argument, or the mean, sum, least, largest or first number of one. Any shape will do if `shape` is None. An array
    of one number counts as a number: whether it should be one is another property.
    """
    made = _numbers(function, getattr(student, function)(*first, **named), shape)
    again = _numbers(function, getattr(student, function)(*first, **named), shape)
    require(np.array_equal(made, again), f"`{function}` gives something else when it is called again")
    for place, value in enumerate(other):
        if value is None:
            continue
        changed = [*first[:place], value, *first[place + 1 :]]
        found = _numbers(function, getattr(student, function)(*changed, **named), shape)
        require(not np.array_equal(made, found), f"`{function}` gives the same whatever argument {place + 1} is")
    held = any(_holds(argument, made) for argument in first)
    require(not held, f"`{function}` gives back one of its arguments, or just its mean, sum or largest number")
    return made


def unboxed(value: Any) -> Any:
    """Return the number in an array of one number; anything else as it is."""
    return value.reshape(()) if isinstance(value, np.ndarray) and value.size == 1 else value


def keeps_arguments(
    student: Student,
    function: str,
    first: Sequence[Array],
    other: Sequence[Any],
    shape: Sequence[int] = (),
    **named: Any,
) -> None:
    """Require that a function that works leaves its arguments as they are."""
    answers(student, function, first, other, shape, **named)
    seen = student.observe(function, *first, **named)
    require(len(seen.arguments) == len(first) + len(named), f"`{function}` loses its arguments")
    for place, (after, before) in enumerate(zip(seen.arguments, first, strict=False), 1):
        require(np.array_equal(after, before), f"`{function}` changes argument {place}")


def prints_nothing(
    student: Student,
    function: str,
    first: Sequence[Array],
    other: Sequence[Any],
    shape: Sequence[int] = (),
    **named: Any,
) -> None:
    """Require that a function that works prints nothing."""
    answers(student, function, first, other, shape, **named)
    require(student.observe(function, *first, **named).printed == "", f"`{function}` prints something")


def works_and_leaves_alone(
    student: Student, function: str, first: Sequence[Any], other: Sequence[Any], shape: Sequence[int] = ()
) -> None:
    """Require that a function works, right or wrong, and has no effect but its result."""
    answers(student, function, first, other, shape)
    leaves_alone(student, function, *first)


def floats(value: Any, name: str = "what came back") -> Array:
    """Return a student's numbers, nested lists included, as float64. Fails the check where something else is among them.

    Never call np.asarray on what a student returns: of one long text and many short ones it makes gigabytes.
    """
    found = _floats(value)
    require(found is not None, f"{name} is not an array of numbers")
    assert found is not None
    return found


def _floats(value: Any) -> Array | None:
    if not isinstance(value, (list, tuple)):
        array = to_array(value)
        return array.astype(np.float64) if array is not None and array.dtype.kind in "iuf" else None
    parts = [_floats(item) for item in value]
    shapes = {None if part is None else part.shape for part in parts}
    return np.array(parts, dtype=np.float64) if None not in shapes and len(shapes) <= 1 else None


def _numbers(function: str, value: Any, shape: Sequence[int] | None) -> Array:
    """Return a student's value as float64. Fails the check where it is not finite numbers of this shape."""
    kind = (
        f"finite numbers of shape {tuple(shape)}" if shape else "finite numbers" if shape is None else "a finite number"
    )
    found = _floats(value)
    made = np.empty(0) if found is None else unboxed(found) if shape == () else found
    right = made.size > 0 and (shape is None or made.shape == tuple(shape)) and bool(np.isfinite(made).all())
    require(right, f"`{function}` does not give {kind} yet")
    return np.asarray(made)


def _holds(argument: Any, made: Array) -> bool:
    """Return whether numbers are an argument itself, or no more than its mean, sum, least, largest or first number."""
    held = np.asarray(argument.detach() if isinstance(argument, torch.Tensor) else argument).astype(np.float64)
    simple = [held, *held.ravel()[:1]]
    if held.size:
        simple += [taken(held, axis=axis) for taken in _TAKEN for axis in (None, *range(held.ndim))]
    alike = [np.asarray(item) for item in simple if np.shape(item) in ((), made.shape)]
    return any(np.allclose(made, item, rtol=1e-9, atol=0.0) for item in alike)
