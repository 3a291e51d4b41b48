"""What a hidden check may ask for, as pytest fixtures."""

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
    """What fixtures ask of the plugin that holds a batch."""

    openers: Sequence[Callable[[], AbstractContextManager[Student]]]
    draws: draws.Draws
    reference: Callable[[], ModuleType]
    now: int

    def rng_of(self, item: pytest.Item) -> np.random.Generator: ...

    def finish(self, index: int, student: Student) -> None: ...

    def draw(self, index: int) -> None: ...


def fixtures(plugin: Plugin) -> ModuleType:
    """The fixtures of a batch. A module, because pytest gives up session fixtures that are methods."""
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
        """Random numbers of this check and this submission: the same each time that it is graded, others once a byte of it
        has changed, and for nobody without the secret to foresee.
        """
        return plugin.rng_of(request.node)

    @pytest.fixture(scope="session")
    def draw(student: Student) -> Callable[[str], np.random.Generator]:
        """Random numbers for what several checks share, by name: this submission's own, as those of `rng`."""
        return functools.partial(plugin.draws.shared, index=plugin.now)

    @pytest.fixture(scope="session")
    def draw_for_all() -> Callable[[str], np.random.Generator]:
        """The same for every submission and each round: for what is dear to compute, or ranks students."""
        return plugin.draws.shared

    @pytest.fixture
    def numbers() -> np.random.Generator:
        """Numbers for checks of something else than values (types, refusals, what is left alone, how training goes): the
        same whatever the secret, so that what is shown with them once is shown for good.
        """
        return draws.numbers()

    return {"rng": rng, "draw": draw, "draw_for_all": draw_for_all, "numbers": numbers}
