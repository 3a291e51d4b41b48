"""Simple changes of a right result, which need no catalogue: twice, half, negated, transposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.diagnosis.output import Output
from autograder.grading.matchers import to_array
from autograder.grading.trace import Recorded
from autograder.worker import reader


@dataclass(frozen=True)
class Step:
    """A simple change of a right result, and what a tutor would say about it."""

    apply: Callable[[Any, Recorded], Any]
    says: str


def stepped(output: Output, step: Callable[[Any, Recorded], Any], call: Recorded) -> Output:
    if output.raised or to_array(output.value) is None:
        return output
    try:
        with np.errstate(all="ignore"):
            return Output(step(np.asarray(to_array(output.value), dtype=float), call), (), output.after, None)
    except (ValueError, TypeError, IndexError):
        return output


def _first_argument(call: Recorded) -> Any:
    args, kwargs = reader.unpack(call.arguments, None, lambda _: None)
    return np.asarray([*args, *kwargs.values()][0])


def _times(factor: Callable[[Any], float]) -> Callable[[Any, Recorded], Any]:
    return lambda value, call: value * factor(_first_argument(call))


STEPS = {
    "twice": Step(
        lambda value, _: 2 * value, "this is twice the right result: is a factor 2 there that should not be?"
    ),
    "half": Step(lambda value, _: value / 2, "this is half of the right result: where did a factor 2 go?"),
    "negated": Step(lambda value, _: -value, "this is the right result with the other sign."),
    "inverse": Step(lambda value, _: 1 / value, "this is one over the right result."),
    "transposed": Step(lambda value, _: value.T if value.ndim > 1 else value, "this is the right result, transposed."),
    "column": Step(
        lambda value, _: value[:, None] if value.ndim == 1 else value,
        "the values are right, but stand in a column of shape (N, 1).",
    ),
    "boxed": Step(
        lambda value, _: value.reshape(1) if value.ndim == 0 else value,
        "the value is right, but comes in an array of one element; return the number.",
    ),
    "times_elements": Step(
        _times(lambda array: array.size),
        "this is the right result times the number of elements: a sum where the mean is asked for?",
    ),
    "times_rows": Step(
        _times(lambda array: len(np.atleast_1d(array))),
        "this is the right result times the number of rows: the division by N is missing.",
    ),
    "divided_by_rows": Step(
        _times(lambda array: 1 / len(np.atleast_1d(array))),
        "this is the right result divided by the number of rows once more.",
    ),
}
