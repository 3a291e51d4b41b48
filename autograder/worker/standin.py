"""Stand-ins for libraries that an exercise may not use: they can be imported, but raise an error when used."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

KNOWN = ("torch", "torchvision", "tensorflow", "keras", "jax", "scipy", "sklearn", "autograd")


class FromScratch(AttributeError, RuntimeError):
    """The code used a library that this exercise does without."""


class StandIn(ModuleType):
    """A module that raises FromScratch when it is used."""

    def _refuse(self) -> NoReturn:
        if "torch" in sys.modules and not isinstance(sys.modules["torch"], StandIn):
            raise FromScratch(f"`{self.__name__}` is not available: this exercise is done with torch and NumPy alone")
        raise FromScratch(f"`{self.__name__}` is not available: this exercise is from scratch, with NumPy alone")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        self._refuse()


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last entry of sys.meta_path: finds a stand-in for each absent library."""

    def __init__(self, absent: frozenset[str]) -> None:
        self._absent = absent

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in self._absent:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing, for there is no code behind the name."""


def install() -> None:
    """Install stand-ins for the known libraries that cannot be imported here."""
    absent = frozenset(name for name in KNOWN if importlib.util.find_spec(name) is None)
    sys.meta_path.append(StandInFinder(absent))
