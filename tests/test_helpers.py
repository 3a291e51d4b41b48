"""What hidden checks share: numbers are read from a student's value without cost, and from nothing else."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.grading.checks import Failed
from autograder.grading.helpers import floats

ROOT = Path(__file__).parent.parent
# np.asarray makes 18 GB of these: each text becomes as wide as the longest.
TEXTS = ["x" * 900_000] + [""] * 5000


@pytest.mark.parametrize(
    ("value", "shape"),
    [(3, ()), (2.5, ()), (np.float32(1), ()), ([1, 2.5], (2,)), ([[1], [2]], (2, 1)), (np.ones((2, 3)), (2, 3))],
)
def test_numbers_and_nested_lists_of_them_are_read(value: Any, shape: tuple[int, ...]) -> None:
    assert floats(value).shape == shape and floats(value).dtype == np.float64


def test_a_tensor_that_needs_a_gradient_is_read() -> None:
    assert floats(torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("value", [None, True, "1.5", ["1.5"], [1, [2]], [1, None], {"a": 1}, [True, False]])
def test_anything_else_fails_the_check(value: Any) -> None:
    with pytest.raises(Failed, match="is not an array of numbers"):
        floats(value)


def test_long_and_short_texts_take_no_memory() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Failed):
            floats(TEXTS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20


def test_no_hidden_check_makes_an_array_of_what_a_student_returns() -> None:
    careless = re.compile(r"np\.(asarray|array)\((student\.|getattr\(student)")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "autograder" / "graders").glob("*/test_*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if careless.search(line) and "dtype=float" not in line
    ]
    assert found == []
