"""Which checks can see which change of the reference, and so which of them a mistake or a mutant gets."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.grading.batch import Batch, Graded
from autograder.grading.diagnosis.references import used_by
from autograder.proving.cases import Case

LONG = 0.03  # seconds that a check takes; training for a while does


@dataclass(frozen=True)
class Reach:
    """Of each check of an assignment: its part, what it stands on, and the seconds that it takes with the reference.

    `names` has the definitions of the reference that a check calls, directly or through others; `loading` are those that
    the module itself uses while it loads.
    """

    parts: dict[str, str]
    names: dict[str, set[str]]
    seconds: dict[str, float]
    loading: frozenset[str]

    def sees(self, check: str, changed: frozenset[str]) -> bool:
        """Whether a change of these definitions can be seen in the check: if not, it is as if nothing had changed."""
        return not changed or bool(changed & (self.names[check] | self.loading))


def reach_of(batch: Batch, graded: Graded) -> Reach:
    """What the checks reached while the reference was graded."""
    text = batch.submissions[0].source
    names = {check: {*names}.union(*(used_by(text, name) for name in names)) for check, names in graded.reached.items()}
    top = [node for node in ast.parse(text).body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    loading = {item.id for node in top for item in ast.walk(node) if isinstance(item, ast.Name)}
    parts = {outcome.id: outcome.part for outcome in graded.outcomes}
    return Reach(parts, names, graded.seconds, frozenset(loading))


def checks_for(case: Case, reach: Reach) -> list[str]:
    """The checks that a mistake or a mutant gets, in their order.

    A mutant is a change of one place: it gets the checks that can see it, those of its part first, and short ones before
    long ones. One that is listed as right would go through all of them, and does not get the long ones: that it is lost in
    one breaks no promise. A mistake may do more than its name says (seed a global generator, say): it gets the others as
    well, but for long ones.
    """
    seen = {check: reach.sees(check, case.changed) for check in reach.parts}
    short = {check for check, seconds in reach.seconds.items() if seconds < LONG}
    if case.kind == "mistake":
        return [check for check in seen if seen[check] or check in short]
    chosen = [check for check in seen if seen[check] and (check in short or not case.listed)]
    return sorted(chosen, key=lambda check: (reach.parts[check] != case.part, reach.seconds[check]))
