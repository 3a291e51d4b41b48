"""Run one of the benchmark's checks in the process of the student's code, as a test cell of another kit does."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .course import load
from .plain import Local


def run(file: str, test: str, names: dict[str, Any]) -> None:
    """Call a check with the student's names. Raises what the check raises."""
    module = ModuleType("submission")
    vars(module).update(names)
    function = getattr(_graders(file), test)
    offered = {"student": Local(module), "rng": np.random.default_rng(0), "reference": _reference()}
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    function(**{name: offered[name] for name in wanted})


@functools.cache
def _graders(file: str) -> ModuleType:
    return load(Path(os.environ["GRADERS"]) / file, Path(file).stem)


@functools.cache
def _reference() -> ModuleType:
    return load(Path(os.environ["REFERENCE"]), "reference")
