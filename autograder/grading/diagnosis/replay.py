"""Run a student's recorded calls again, on the reference or on a known wrong answer."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import io
import operator
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from autograder.grading.diagnosis.output import Output
from autograder.grading.trace import Recorded
from autograder.worker import figures, reader, wire

MAX_CALLS = 400


def run(
    module: ModuleType, calls: Sequence[Recorded], stop: Callable[[int, Output], bool] | None = None
) -> list[Output]:
    """Run calls one by one, until `stop` is true for one. Objects that stayed in the worker are made again here."""
    kept: dict[int, Any] = {}

    def resolve(reference: wire.Handle | wire.Name) -> Any:
        if isinstance(reference, wire.Handle):
            return kept[reference.number]
        return _find(module, reference.path)

    outputs = []
    with unmoved():
        for call in calls[:MAX_CALLS]:
            output = _one(module, call, resolve)
            handle = getattr(call.value, "handle", None)
            if handle is not None and output.raised is None:
                kept[handle.number] = output.value
            outputs.append(output)
            if stop is not None and stop(len(outputs) - 1, output):
                return outputs
    return outputs + [Output(None, (), (), "(not replayed)")] * (len(calls) - len(outputs))


def without_options(call: Recorded) -> Recorded | None:
    """Return the call without its keyword arguments, as a function that does not take them would be called."""
    from autograder.grading.tensors import tensors

    try:
        args, kwargs = reader.unpack(call.arguments, tensors, lambda kept: kept)
    except Exception:  # what cannot be read cannot be called
        return None
    return dataclasses.replace(call, arguments=wire.pack([list(args), {}])) if kwargs else None


@functools.lru_cache(maxsize=1 << 12)
def options(arguments: bytes) -> int:
    """Count the keyword arguments of a call, packed as it is recorded."""
    from autograder.grading.tensors import tensors

    try:
        return len(reader.unpack(arguments, tensors, lambda kept: kept)[1])
    except Exception:  # what cannot be read has none that can be told
        return 0


def _one(module: ModuleType, call: Recorded, resolve: Callable[[wire.Handle | wire.Name], Any]) -> Output:
    from autograder.grading.tensors import tensors

    try:
        args, kwargs = reader.unpack(call.arguments, tensors, resolve)
        if isinstance(sys.stdout, io.StringIO):
            sys.stdout.truncate(0)
        value = _find(module, call.function)(*args, **kwargs)
        gradients: tuple[Any, ...] = ()
        if call.backward:
            from autograder.worker import kit

            gradients = tuple(kit.backward(value, [*args, *kwargs.values()]))
        value = _as_it_is(value)
        printed = isinstance(sys.stdout, io.StringIO) and bool(sys.stdout.getvalue())
        return Output(_without_picture(value), gradients, (*args, *kwargs.values()), None, printed)
    except Exception as error:  # a mistake may raise whatever a student's code may
        return Output(None, (), (), type(error).__name__)


def _as_it_is(value: Any) -> Any:
    """A copy of a module's parameters or gradients, as a worker sends them: a later call may move what they are now."""
    if isinstance(value, dict) and any(hasattr(item, "detach") for item in value.values()):
        return {name: item.detach().clone() if hasattr(item, "detach") else item for name, item in value.items()}
    return value.detach() if hasattr(value, "detach") else value


def _without_picture(value: Any) -> Any:
    """Turn a figure into data, and close it."""
    data = figures.as_data(value)
    if data is not value:
        sys.modules["matplotlib.pyplot"].close(value)
    return data


def _find(module: ModuleType, path: str) -> Any:
    head, _, rest = path.partition(".")
    if not rest:
        return getattr(module, path)
    owner = importlib.import_module("autograder.worker.kit") if head == "kit" else importlib.import_module(head)
    return operator.attrgetter(rest)(owner)


@contextlib.contextmanager
def unmoved() -> Iterator[None]:
    """Run our own wrong code without output or warnings, and restore random states afterwards."""
    state = np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch is not None else None
    silent = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.redirect_stdout(silent),
            contextlib.redirect_stderr(silent),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
        if torch is not None:
            torch.set_rng_state(torch_state)
