"""Measure how long each station of a grading run takes; every second is counted once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Seconds by station. While an inner station runs, the clock of the outer one stands still."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._inside: list[str] = []
        self._since = 0.0

    @contextmanager
    def __call__(self, station: str) -> Iterator[None]:
        """Count the time spent inside the `with` block."""
        self._book()
        self._inside.append(station)
        try:
            yield
        finally:
            self._book()
            self._inside.pop()

    def _book(self) -> None:
        now = time.perf_counter()
        if self._inside:
            self._seconds[self._inside[-1]] += now - self._since
        self._since = now

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add the seconds that another process has measured."""
        for station, spent in seconds.items():
            self._seconds[station] += spent

    def take(self) -> dict[str, float]:
        """Return the seconds by station since the last call, and start again from zero."""
        taken = dict(self._seconds)
        self._seconds.clear()
        return taken


# One for the whole process, since only one thread grades.
watch = Stopwatch()
