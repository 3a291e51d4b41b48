"""The pytest fixtures that a hidden check may use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Protocol

import numpy as np
import pytest

from autograder.grading import draws
from autograder.grading.proxy import Student


class Plugin(Protocol):
    """What fixtures need from the plugin that holds a batch."""

    openers: Sequence[Callable[[], AbstractContextManager[Student]]]
    draws: draws.Draws
    reference: Callable[[], ModuleType]
    now: int

    def rng_of(self, item: pytest.Item) -> np.random.Generator: ...

    def finish(self, index: int, student: Student) -> None: ...

    def draw(self, index: int) -> None: ...


def fixtures(plugin: Plugin) -> ModuleType:
    """Return the fixtures of a batch. A module, because pytest deprecates session fixtures that are methods."""
    module = ModuleType("losslab_fixtures")
    vars(module).update(_submission(plugin), **_random_numbers(plugin))
    return module


def _submission(plugin: Plugin) -> dict[str, object]:
    @pytest.fixture(scope="session")
    def student(request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission under test."""
        plugin.now = request.param
        with plugin.openers[request.param]() as student:
            yield student
            plugin.finish(request.param, student)
        plugin.draw(request.param)

    @pytest.fixture(scope="session")
    def reference() -> ModuleType:
        """The module of the reference solution."""
        return plugin.reference()

    return {"student": student, "reference": reference}


def _random_numbers(plugin: Plugin) -> dict[str, object]:
    @pytest.fixture
    def rng(request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers of this check and this submission.

        They are the same each time it is graded, change with any byte of it, and cannot be predicted without the
        secret.
        """
        return plugin.rng_of(request.node)

    @pytest.fixture(scope="session")
    def draw(student: Student) -> Callable[[str], np.random.Generator]:
        """Random numbers that several checks share, by name; like `rng`, they belong to this submission."""
        return functools.partial(plugin.draws.shared, index=plugin.now)

    @pytest.fixture(scope="session")
    def draw_for_all() -> Callable[[str], np.random.Generator]:
        """Random numbers that are equal for all submissions and rounds: for slow computations and rankings."""
        return plugin.draws.shared

    @pytest.fixture
    def numbers() -> np.random.Generator:
        """Random numbers that do not depend on the secret, for checks of other things than values.

        Such checks test types, refusals, unchanged arguments or the course of a training. Once they are proven with
        these numbers, the proof holds for each course.
        """
        return draws.numbers()

    return {"rng": rng, "draw": draw, "draw_for_all": draw_for_all, "numbers": numbers}
