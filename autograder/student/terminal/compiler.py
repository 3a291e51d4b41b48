"""Put off torch's compiler: the first step of any optimiser imports it, which takes a second, and does not use it.

`torch.optim` marks places for the compiler with two functions, which do nothing unless something is being compiled. A
module in its place answers for these; whatever else is asked of it loads the real one first. Should torch change, all
that is lost is the second.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"


class PutOff(ModuleType):
    """torch._dynamo, until something of it is really needed."""

    def graph_break(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is being compiled, so there is no graph to break."""

    def disable(self, function: Any = None, *_args: Any, **_kwargs: Any) -> Any:
        """Nothing is being compiled, so the function is as it should be."""
        if function is None:
            same: Callable[[Any], Any] = lambda given: given  # noqa: E731
            return same
        return function

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(real(), name)


def put_off() -> None:
    """Have this process do without the compiler until it is asked for."""
    if not any(name == NAME or name.startswith(f"{NAME}.") for name in sys.modules):
        sys.modules[NAME] = PutOff(NAME)


def real() -> ModuleType:
    """The compiler itself, loaded now."""
    if isinstance(sys.modules.get(NAME), PutOff):
        del sys.modules[NAME]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(vars(torch).get("_dynamo"), PutOff):
            del vars(torch)["_dynamo"]
    return importlib.import_module(NAME)
