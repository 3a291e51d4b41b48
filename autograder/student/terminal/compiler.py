"""Put off importing torch's compiler: any optimiser's first step imports it, which takes a second, but never uses it.

`torch.optim` calls two functions of the compiler, which do nothing unless something is being compiled. A stand-in
module answers these calls; any other access loads the real module first. Should torch change, only the second is
lost.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"


class PutOff(ModuleType):
    """Stands in for torch._dynamo until the real module is needed."""

    def graph_break(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: nothing is being compiled, so there is no graph to break."""

    def disable(self, function: Any = None, *_args: Any, **_kwargs: Any) -> Any:
        """Return the function as it is: nothing is being compiled."""
        if function is None:
            same: Callable[[Any], Any] = lambda given: given  # noqa: E731
            return same
        return function

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(real(), name)


def put_off() -> None:
    """Install the stand-in, so that the compiler loads only when it is needed."""
    if not any(name == NAME or name.startswith(f"{NAME}.") for name in sys.modules):
        sys.modules[NAME] = PutOff(NAME)


def real() -> ModuleType:
    """Load the compiler itself."""
    if isinstance(sys.modules.get(NAME), PutOff):
        del sys.modules[NAME]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(vars(torch).get("_dynamo"), PutOff):
            del vars(torch)["_dynamo"]
    return importlib.import_module(NAME)
