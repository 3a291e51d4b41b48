"""Record what each check calls and how long it takes. `losslab verify` skips checks that cannot notice a change."""

from __future__ import annotations

import pytest

from autograder.grading import checks
from autograder.grading.proxy import Student

# Fixtures that checks do not share results through.
_PLAIN = frozenset({"student", "rng", "numbers", "draw", "draw_for_all", "reference", "request"})


class Reach:
    """The functions that each check of a batch has called, and its seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._reached: dict[str, set[str]] = {}
        self._shared: dict[str, set[str]] = {}

    def note(self, item: pytest.Item, student: Student) -> None:
        """Note what a check called. Calls of a shared fixture count for each check that uses it."""
        called = {name for call in student.recorded for name in (call.function, call.label)} | student.named
        student.named.clear()
        own = self._reached.setdefault(checks.of(item).id, set())
        own |= called
        for fixture in set(item.fixturenames) - _PLAIN:  # type: ignore[attr-defined]
            self._shared.setdefault(fixture, set()).update(called)
            own.add(fixture)

    def functions(self) -> dict[str, list[str]]:
        """Return the names of the functions and classes that each check called, by check."""
        return {
            check: sorted(names.union(*(self._shared.get(name, set()) for name in names)))
            for check, names in self._reached.items()
        }

    def costs(self) -> dict[str, float]:
        """Return seconds by check. Work that several checks share counts for each of them."""
        shared = {name: max(self.seconds[check] for check in self._sharing(name)) for name in self._shared}
        return {
            check: max([self.seconds[check], *(shared[name] for name in names if name in shared)])
            for check, names in self._reached.items()
        }

    def _sharing(self, fixture: str) -> list[str]:
        return [check for check, names in self._reached.items() if fixture in names]
