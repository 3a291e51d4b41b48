"""A submission's calls, run again with known mistakes in the reference; what comes out is kept for the next one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Sequence
from types import ModuleType

from autograder.grading.diagnosis import catalogue, replay
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.output import Output
from autograder.grading.trace import Trace
from autograder.worker import module as loader

LONG = 0.03  # processor seconds; a check whose calls take more is long
Names = tuple[str, ...]


class Replays:
    """The reference of one assignment, and outputs of recorded calls with some mistakes in it, by their ids."""

    def __init__(self, reference: str, mistakes: Sequence[Mistake], name: str) -> None:
        self._reference = reference
        self._name = name
        self._texts = {item.id: item.text for item in mistakes}
        self._modules: dict[Names, ModuleType] = {}
        self._replays: dict[tuple[Names, tuple[bytes, ...]], list[Output]] = {}
        self._seconds: dict[tuple[bytes, ...], float] = {}

    def add(self, name: str, text: str) -> None:
        """Add a mistake that is not in the catalogue."""
        self._texts[name] = text

    def forget(self, checks: Collection[str]) -> None:
        """Forget the replays of these checks, because nobody else gets the same inputs."""
        gone = {name.encode() for name in checks}
        self._replays = {key: value for key, value in self._replays.items() if key[1][0] not in gone}
        self._seconds = {key: value for key, value in self._seconds.items() if key[0] not in gone}

    def right(self, trace: Trace, base: Names = ()) -> list[Output]:
        """Return the outputs of the trace's calls with the reference, and these mistakes in it."""
        outputs = self.replay(base, trace)
        assert outputs is not None
        return outputs

    def length(self, trace: Trace) -> int:
        """Sort key: 0 for short traces, whose order matters if a mistake keeps state; the input's size for long ones."""
        return sum(len(call.arguments) for call in trace.calls) if self.is_long(trace) else 0

    def is_long(self, trace: Trace) -> bool:
        """Return whether the trace's calls take long with the reference; if so, replays stop at a difference."""
        self.right(trace)
        return self._seconds[_key(trace)] > LONG

    def replay(
        self, names: Names, trace: Trace, stop: Callable[[int, Output], bool] = lambda index, output: False
    ) -> list[Output] | None:
        """Return the outputs of the trace's calls with these mistakes in place; with none, those of the reference.

        Return None if `stop` is true for one of them; the later ones are then not needed.
        """
        key = names, _key(trace)
        known = self._replays.get(key)
        if known is None or not (len(known) == len(trace.calls) or any(itertools.starmap(stop, enumerate(known)))):
            started = time.thread_time()
            long = bool(names) and self.is_long(trace)
            known = self._replays[key] = replay.run(self.module(names), trace.calls, stop if long else None)
            if not names:
                self._seconds[_key(trace)] = time.thread_time() - started
        return None if any(itertools.starmap(stop, enumerate(known))) else known

    def module(self, names: Names = ()) -> ModuleType:
        """Return the reference with these mistakes in it."""
        if names not in self._modules:
            text = "\n\n".join(self._texts[name] for name in names)
            with replay.unmoved():
                self._modules[names], _ = loader.load(f"{self._name}.py", catalogue.replaced(self._reference, text))
        return self._modules[names]


def _key(trace: Trace) -> tuple[bytes, ...]:
    return trace.check.encode(), *(call.function.encode() + call.arguments for call in trace.calls)
