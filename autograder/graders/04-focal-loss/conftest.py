"""Fixtures that several hidden checks of 04-focal-loss share."""

import functools
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from autograder.grading import require

GENERATORS = ("torch.get_rng_state", "numpy.random.get_state", "random.getstate")
SEEDS = ("torch.manual_seed", "numpy.random.seed", "random.seed")
# The most values of which a generator's state consists; Python's own has three, NumPy's five.
VALUES = 8


@pytest.fixture
def random_state(student):
    """Return a function that reads the states of all three generators in the student's process as comparable values."""

    def parts(state):
        items = state if isinstance(state, (list, tuple)) else [state]
        require(len(items) <= VALUES, "the state of a random generator has too many values")
        return [(item.shape, np.asarray(item).tobytes()) if hasattr(item, "shape") else item for item in items]

    waiting = list(SEEDS)

    def states():
        # Start from a known state, so that a replay of a mistake sees the same states.
        while waiting:
            student.call(waiting.pop(), 2027)
        return [parts(student.call(name)) for name in GENERATORS]

    return states


@dataclass(frozen=True)
class Question:
    """Logits and labels about which `evaluate` is asked. No score z1 - z0 is 0."""

    logits: torch.Tensor
    labels: torch.Tensor

    def answer_of(self, student):
        return student.evaluate(student.call("torch.nn.Identity"), self.logits.clone(), self.labels.clone())

    @property
    def scores(self):
        return (self.logits[:, 1] - self.logits[:, 0]).numpy()


def scored(rng, rows=60):
    """Draw logits (N, 2) whose second column ranks the rows differently from z1 - z0; a quarter is positive."""
    logits, y = rng.normal(size=(rows, 2)), rng.permutation(np.arange(rows) % 4 == 0)
    logits[:, 1] += 1.2 * y - 0.3
    return Question(torch.tensor(logits), torch.tensor(y.astype(int)))


@pytest.fixture(scope="session")
def questions(student, draw):
    """Return a function that gives the questions about values that `evaluate` is asked, each with its answer.

    The checks of `evaluate` judge the very answers from which the checks of `compare` learn how to read its metrics: who
    lies in one place lies in both.
    """

    @functools.cache
    def answered():
        rng = draw("evaluate")
        asked = [scored(rng, int(rows)) for rows in rng.integers(17, 61, size=4)]
        return [(question, question.answer_of(student)) for question in asked]

    return answered


@pytest.fixture(scope="session")
def question():
    """Return the function that draws a question about `evaluate`."""
    return scored
