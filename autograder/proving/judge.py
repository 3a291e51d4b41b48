"""Compare the outcomes of grading with what the graders promise."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Assignment, paths
from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.references import used_by
from autograder.grading.outcome import Outcome
from autograder.grading.trial import LEFT_OUT
from autograder.proving import equivalent
from autograder.proving.cases import Case, known_mistakes
from autograder.proving.costs import Cost, cost_of
from autograder.proving.equivalent import Equivalent

LIVES = ": lives"
REFERENCE, STUB, VARIANTS = "reference earns everything", "stub earns nothing", "right variants earn everything"
CAUGHT, ALONE, NAMED = "mistakes lose their part", "mistakes lose nothing elsewhere", "mistakes are named"
MUTANTS, RANDOM = "mutants are caught", "reference passes under every seed"
NAIVE, PROPERTIES = "naive answers lose in validation alone", "mistakes keep properties they do not break"
CHECKS, COURSE = "every check can fail", "points, hints, checks"
PROMISES = (REFERENCE, STUB, VARIANTS, NAIVE, CAUGHT, ALONE, PROPERTIES, NAMED, MUTANTS, RANDOM, CHECKS, COURSE)
# The part for unusual and bad input, in every assignment.
VALIDATION = "validation"
_RIGHT = {"reference": REFERENCE, "variant": VARIANTS, "seed": RANDOM}


@dataclass
class Row:
    """How often a promise was tried, what broke it, and what each mistake costs (in the row of CAUGHT)."""

    assignment: str
    promise: str
    cases: int = 0
    problems: list[str] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)


def judge(root: Path, assignment: Assignment, graded: list[tuple[Case, Graded]]) -> list[Row]:
    """Compare all outcomes of an assignment with its promises; return a row for each promise."""
    found = _Judge(root, assignment)
    for case, one in graded:
        found.look_at(case, one.outcomes)
    whole = next(one.outcomes for case, one in graded if case.kind == "reference")
    return found.rows_with_the_whole(whole)


class _Judge:
    """Collects the rows of one assignment, case by case."""

    def __init__(self, root: Path, assignment: Assignment) -> None:
        graders = paths.graders(root, assignment.id)
        source = paths.source(root, assignment.id, assignment.module).read_text(encoding="utf-8")
        self._assignment = assignment
        self._reference = catalogue.definitions(source)
        self._catalogue = {item.id: item for item in known_mistakes(root, assignment)}
        self._equivalent = equivalent.load(graders / paths.EQUIVALENT)
        self._used: set[Equivalent] = set()
        self._failed: set[str] = set()
        self._rows = {name: Row(assignment.id, name) for name in PROMISES}

    def look_at(self, case: Case, outcomes: list[Outcome]) -> None:
        failed = [item for item in outcomes if item.status != "pass"]
        lost = [item for item in failed if not item.carried]
        if case.kind == "stub":
            passed = [f"{case.id}: passes `{item.id}`" for item in outcomes if item.status == "pass"]
            self._count(STUB, passed)
            return
        self._failed |= {item.id for item in failed if item.message != LEFT_OUT}
        if case.kind == "mistake":
            self._mistake(self._catalogue[case.id], lost)
        elif case.kind == "mutant":
            self._mutant(case.id, bool(lost))
        elif case.kind == "naive":
            strange = [f"{case.id}: loses `{item.id}` ({item.message})" for item in lost if item.part != VALIDATION]
            self._count(NAIVE, strange if lost else [f"{case.id}: loses nothing; it is a variant like others"])
        else:
            told = [f"{case.id}: loses `{item.id}` ({item.status}: {item.message})" for item in lost]
            self._count(_RIGHT[case.kind], told)

    def _count(self, promise: str, problems: list[str]) -> None:
        self._rows[promise].cases += 1
        self._rows[promise].problems += problems

    def _mistake(self, known: Mistake, lost: list[Outcome]) -> None:
        parts = {item.part for item in lost}
        self._rows[CAUGHT].costs.append(cost_of(self._assignment, known, lost))
        self._count(CAUGHT, [] if known.part in parts else [f"{known.id}: loses nothing in `{known.part}`"])
        allowed = {known.part, *known.also, *self._dependents(known.function)}
        strange = ", ".join(sorted(item.id for item in lost if item.part not in allowed))
        self._count(ALONE, [f"{known.id}: loses {strange}"] if strange else [])
        broken = [item.id for item in lost if item.kind == "property" and item.topic not in known.breaks]
        told = f"{known.id}: loses {', '.join(sorted(broken))}, which judge what it does not break"
        self._count(PROPERTIES, [told] if broken else [])
        names = sorted({item.mistake for item in lost if item.mistake})
        told = ", ".join(names) or "nothing"
        right = names == [known.id] or (not known.replayable and not names)
        self._count(NAMED, [] if right else [f"{known.id}: named {told}"])

    def _mutant(self, name: str, caught: bool) -> None:
        listed = next((item for item in self._equivalent if item.matches(name)), None)
        if listed is not None:
            self._used.add(listed)
        told = [f"{name}: is listed as equivalent, and is caught"] if caught and listed is not None else []
        self._count(MUTANTS, told if caught or listed is not None else [f"{name}{LIVES}"])

    def _dependents(self, function: str) -> set[str]:
        """Return the parts with a function that the reference computes from this one."""
        return {
            part.id
            for part in self._assignment.parts
            if any(function in (name, *used_by(self._reference, name)) for name in part.functions)
        }

    def rows_with_the_whole(self, outcomes: list[Outcome]) -> list[Row]:
        """Return all rows, including what only the whole set of outcomes can tell."""
        idle = [item.pattern for item in self._equivalent if item not in self._used]
        self._rows[MUTANTS].problems += [f"{paths.EQUIVALENT}: no mutant is `{name}`" for name in idle]
        self._rows[CHECKS].cases = len(outcomes)
        harmless = [item.id for item in outcomes if item.id not in self._failed]
        self._rows[CHECKS].problems = [f"`{name}` fails for no wrong solution" for name in harmless]
        for part in self._assignment.parts:
            checked = part.manual or any(item.part == part.id for item in outcomes)
            hinted = part.manual or len(part.hints) == 3
            self._count(COURSE, [] if checked else [f"part `{part.id}` has no check"])
            self._rows[COURSE].problems += [] if hinted else [f"part `{part.id}` has no three hints"]
        return list(self._rows.values())
