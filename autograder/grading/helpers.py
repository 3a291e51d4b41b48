"""Helpers that hidden checks of several assignments share: inputs, gradients by torch, requirements on every function.

from autograder.grading.helpers import classified, gradient, leaves_alone, pair
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from autograder.grading.checks import require
from autograder.grading.failures import StudentRaised
from autograder.grading.proxy import Student

Array = np.ndarray[Any, Any]


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
