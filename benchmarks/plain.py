"""A pytest plugin that runs the hidden checks as most kits do: in one process with the student's code, unprotected.

`python -m pytest -p benchmarks.plain GRADERS` with SUBMISSION and REFERENCE naming two Python files; TIMES repeats it.
"""

from __future__ import annotations

import copy
import importlib.util
import os
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.grading.checks import MARK
from autograder.grading.remote import Observation


class Local:
    """The submission's module where hidden checks expect the proxy."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def observe(self, function: str, /, *args: Any, **kwargs: Any) -> Observation:
        args, kwargs = copy.deepcopy((args, kwargs))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = getattr(self._module, function)(*args, **kwargs)
        return Observation(value, [*args, *kwargs.values()], [str(item.message) for item in caught], "")


def _load(variable: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(variable.lower(), os.environ[variable])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}(check): a hidden check")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("student", range(int(os.environ.get("TIMES", "1"))), indirect=True, scope="session")


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Local:
    return Local(_load("SUBMISSION"))


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    return _load("REFERENCE")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
