"""What each check calls and how long it takes: where graders are proven, checks that cannot tell are left out."""

from __future__ import annotations

import pytest

from autograder.grading import checks
from autograder.grading.proxy import Student

# What every check may ask for: it shares nothing.
_PLAIN = frozenset({"student", "rng", "numbers", "draw", "draw_for_all", "reference", "request"})


class Reach:
    """Functions that each check of a batch has called, and its seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._reached: dict[str, set[str]] = {}
        self._shared: dict[str, set[str]] = {}

    def note(self, item: pytest.Item, student: Student) -> None:
        """What the check called. What checks share in a fixture, each of them has called: only the first really does."""
        called = {name for call in student.recorded for name in (call.function, call.label)} | student.named
        student.named.clear()
        own = self._reached.setdefault(checks.of(item).id, set())
        own |= called
        for fixture in set(item.fixturenames) - _PLAIN:  # type: ignore[attr-defined]
            self._shared.setdefault(fixture, set()).update(called)
            own.add(fixture)

    def functions(self) -> dict[str, list[str]]:
        """Names of functions and classes by the checks that called them."""
        return {
            check: sorted(names.union(*(self._shared.get(name, set()) for name in names)))
            for check, names in self._reached.items()
        }

    def costs(self) -> dict[str, float]:
        """Seconds by check. What is computed once for several of them may fall to each."""
        shared = {name: max(self.seconds[check] for check in self._sharing(name)) for name in self._shared}
        return {
            check: max([self.seconds[check], *(shared[name] for name in names if name in shared)])
            for check, names in self._reached.items()
        }

    def _sharing(self, fixture: str) -> list[str]:
        return [check for check, names in self._reached.items() if fixture in names]
