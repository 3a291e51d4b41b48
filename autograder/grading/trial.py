"""Run checks in another order, only some of them, or under many seeds, as proving graders requires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from autograder.base.errors import SandboxError
from autograder.grading import checks
from autograder.grading.plugin import GraderPlugin, index_of

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Variation:
    """How a trial differs from grading; see Batch."""

    until_lost: bool = False
    seeds: tuple[int, ...] = ()
    only: tuple[tuple[str, ...], ...] = ()


class TrialPlugin(GraderPlugin):
    """The plugin for hundreds of wrong answers: it runs only checks that matter, or one submission under many seeds."""

    def __init__(self, *arguments: Any, variation: Variation, **options: Any) -> None:
        options["cases"] = len(variation.seeds) or None
        super().__init__(*arguments, **options)
        self._variation = variation

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Leave a check out once one is lost, if that is enough. Returning True tells pytest that the item has run."""
        outcomes = self.outcomes[index_of(item)]
        if not (self._variation.until_lost and any(outcome.status != "pass" for outcome in outcomes)):
            return None
        check = checks.of(item)
        outcomes.append(check.outcome("blocked", LEFT_OUT))
        item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem)  # of what the previous item has left
        return True

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        super().pytest_collection_modifyitems(items)
        if self._variation.seeds:  # a check without random numbers has the same outcome under each seed
            items[:] = [item for item in items if "rng" in item.fixturenames]  # type: ignore[attr-defined]
        if self._variation.only:
            places = [{name: place for place, name in enumerate(only)} for only in self._variation.only]
            items[:] = [item for item in items if checks.of(item).id in places[index_of(item)]]
            items.sort(key=lambda item: (index_of(item), places[index_of(item)][checks.of(item).id]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a check; if seeds are set, under each of them."""
        if not self._variation.seeds:
            return super().pytest_pyfunc_call(pyfuncitem)
        for case, seed in enumerate(self._variation.seeds):
            error: BaseException | None = None
            try:
                self.mismatch = None
                self.run(pyfuncitem, seed)
            except (Exception, pytest.fail.Exception) as found:
                if isinstance(found, SandboxError):
                    raise
                error = found
            self.record(pyfuncitem, error, case)
        return True

    def keep_outcome(self, item: pytest.Item, error: BaseException | None) -> None:
        """Record the outcome, unless it was already recorded for each seed."""
        if not self._variation.seeds or error is not None:
            super().keep_outcome(item, error)
