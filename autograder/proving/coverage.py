"""Which checks can notice a change of the reference, and so which checks a mistake or a mutant gets."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.grading.batch import Batch, Graded
from autograder.grading.diagnosis.references import used_by
from autograder.proving.cases import Case

LONG = 0.03  # seconds that a check takes; training for a while does


@dataclass(frozen=True)
class Coverage:
    """For each check of an assignment: its part, the definitions it exercises, and its run time with the reference.

    `names` are the definitions of the reference that a check calls, directly or through others; `loading` are those
    that the module itself uses while it loads.
    """

    parts: dict[str, str]
    names: dict[str, set[str]]
    seconds: dict[str, float]
    loading: frozenset[str]

    def sees(self, check: str, changed: frozenset[str]) -> bool:
        """Return whether the check can notice a change of these definitions."""
        return not changed or bool(changed & (self.names[check] | self.loading))


def coverage_of(batch: Batch, graded: Graded) -> Coverage:
    """Return what the checks exercised while the reference was graded."""
    text = batch.submissions[0].source
    names = {check: {*names}.union(*(used_by(text, name) for name in names)) for check, names in graded.reached.items()}
    top = [node for node in ast.parse(text).body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    loading = {item.id for node in top for item in ast.walk(node) if isinstance(item, ast.Name)}
    parts = {outcome.id: outcome.part for outcome in graded.outcomes}
    return Coverage(parts, names, graded.seconds, frozenset(loading))


def checks_for(case: Case, coverage: Coverage) -> list[str]:
    """Return the checks for a mistake or a mutant, in order.

    A mutant changes one place, so it gets the checks that can notice it: those of its part first, short ones before long
    ones. A mutant that is listed as right would go through all of them, so it gets no long ones; losing one would break no
    promise. A mistake may do more than its name says, such as seeding a global generator, so it also gets all other short
    checks.
    """
    seen = {check: coverage.sees(check, case.changed) for check in coverage.parts}
    short = {check for check, seconds in coverage.seconds.items() if seconds < LONG}
    if case.kind == "mistake":
        return [check for check in seen if seen[check] or check in short]
    chosen = [check for check in seen if seen[check] and (check in short or not case.listed)]
    return sorted(chosen, key=lambda check: (coverage.parts[check] != case.part, coverage.seconds[check]))
