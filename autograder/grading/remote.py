"""What a call gives: all that was observed of it, and torch modules that stay in the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.grading.failures import CallFailed
from autograder.jail.worker import Worker
from autograder.worker import wire


@dataclass(frozen=True)
class Observation:
    """A call with all that it did: value, arguments afterwards, warnings, what it printed.

    `gradients` are those of the tensors among the arguments that ask for one, where the call was differentiated.
    """

    value: Any
    arguments: list[Any]
    warnings: list[str]
    printed: str
    gradients: list[Any] = field(default_factory=list)


class Calls(Protocol):
    """The submission as a module that stays in its worker needs it: `Student`, without its import."""

    def observe(self, function: str, /, *args: Any, **kwargs: Any) -> Observation: ...

    def differentiate(self, function: str, /, *args: Any, **kwargs: Any) -> Observation: ...

    def call(self, path: str, /, *args: Any, **kwargs: Any) -> Any: ...


class Remote:
    """A torch module that stays in the worker; calling it calls the module there."""

    def __init__(self, student: Calls, handle: wire.Handle, worker: Worker) -> None:
        self._student = student
        self.handle = handle
        self.worker = worker

    def __repr__(self) -> str:
        return f"a {self.handle.type_name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.observe(*args, **kwargs).value

    def observe(self, *args: Any, **kwargs: Any) -> Observation:
        return self._student.observe("kit.call", self, *args, **kwargs)

    def differentiate(self, *args: Any, **kwargs: Any) -> Observation:
        """Call, then backward; the gradients of parameters are had from `gradients`."""
        return self._student.differentiate("kit.call", self, *args, **kwargs)

    def method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._student.call("kit.method", self, name, *args, **kwargs)

    def attribute(self, name: str) -> Any:
        return self._student.call("kit.attribute", self, name)

    def to(self, dtype: str) -> Any:
        return self._student.call("kit.to_dtype", self, dtype)

    def parameters(self) -> dict[str, Any]:
        return self._dict("kit.parameters")

    def buffers(self) -> dict[str, Any]:
        return self._dict("kit.buffers")

    def gradients(self) -> dict[str, Any]:
        """The gradient of each parameter, or None."""
        return self._dict("kit.gradients")

    def state(self) -> dict[str, Any]:
        """A copy of state_dict()."""
        return self._dict("kit.method", "state_dict")

    def _dict(self, function: str, *args: Any) -> dict[str, Any]:
        value = self._student.call(function, self, *args)
        if not isinstance(value, dict):
            raise CallFailed("crash", f"`{self.handle.type_name}` gave back what is no answer")
        return value
