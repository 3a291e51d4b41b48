"""Where the time of a grading run goes, by station; every second is counted once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Adds up seconds of named stations. A station inside of another one stops the outer one meanwhile."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._inside: list[str] = []
        self._since = 0.0

    @contextmanager
    def __call__(self, station: str) -> Iterator[None]:
        """Count what happens inside."""
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
        """Count what another process has spent."""
        for station, spent in seconds.items():
            self._seconds[station] += spent

    def take(self) -> dict[str, float]:
        """Seconds by station since the last time that this was asked."""
        taken = dict(self._seconds)
        self._seconds.clear()
        return taken


# One a process: grading is done by one thread.
watch = Stopwatch()
