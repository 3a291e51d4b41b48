"""`losslab verify`: what the graders promise, tried out on right and wrong solutions by the hundred."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.base.errors import CourseError
from autograder.course import FILENAME, Assignment, Course, paths
from autograder.grading.batch import Batch, Graded, import_oracle
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.references import defined, used_by
from autograder.grading.dispatch import executor
from autograder.grading.outcome import Outcome
from autograder.grading.plugin import LEFT_OUT
from autograder.intake import source
from autograder.intake.submission import Submission
from autograder.proving import equivalent
from autograder.proving.equivalent import Equivalent
from autograder.proving.mutants import mutants
from autograder.release import build

SEEDS = 500
LONG = 0.03  # seconds that a check takes; training for a while does
_SIZE = {"mutant": 60, "seed": 100, "mistake": 16}
_CHOSEN = ("mutant", "mistake")
_LIVES = ": lives"


@dataclass(frozen=True)
class Case:
    """One solution that is graded: what kind it is of, the part whose checks are to fail, if any, and what it changes.

    `listed` mutants are said to be right in equivalent.yml.
    """

    kind: str
    id: str
    text: str
    part: str = ""
    seed: int = 0
    changed: frozenset[str] = frozenset()
    listed: bool = False


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


@dataclass
class Row:
    """What was tried of one promise, and what broke it."""

    assignment: str
    promise: str
    cases: int = 0
    problems: list[str] = field(default_factory=list)


def run(
    course: Course,
    root: Path,
    assignments: list[Assignment],
    wall: str,
    jobs: int,
    seeds: int = SEEDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Try every promise of the assignments' graders.

    Raises:
        CourseError, SandboxError: a grader is broken, or nothing can be graded.
    """
    cases: dict[str, list[Case]] = {}
    groups: dict[int, list[Case]] = {}
    reach: dict[str, Reach] = {}
    drift: list[Row] = []

    def batches() -> Iterator[Batch | None]:
        """First what tells which checks see which change, then what does not need to know it; what takes long, early."""
        for item in reversed(assignments):
            reference = Submission("reference", item.id, _reference(root, item))
            yield Batch(course, item.id, [reference], str(root), wall, reach=True)
        cases.update((item.id, list(_cases(root, item, seeds))) for item in assignments)
        for seeded in (True, False):
            for item in reversed(assignments):
                while not seeded and item.id not in reach:
                    yield None
                for group in _groups([case for case in cases[item.id] if (case.kind == "seed") is seeded]):
                    batch = _batch(course, root, item, wall, group, None if seeded else reach[item.id])
                    groups[id(batch)] = group
                    yield batch

    graded: dict[str, list[tuple[Case, Graded]]] = defaultdict(list)
    for batch, results in executor.local(batches(), jobs, import_oracle, lambda: drift.append(_drift(course, root))):
        if batch.reach:
            reach[batch.assignment_id] = _reach(batch, results[0])
            continue
        graded[batch.assignment_id] += zip(groups.pop(id(batch)), results, strict=True)
        progress(sum(map(len, graded.values())), sum(map(len, cases.values())))
    return [*(row for item in assignments for row in _judge(root, item, graded[item.id])), *drift]


def _reach(batch: Batch, graded: Graded) -> Reach:
    text = batch.submissions[0].source
    names = {check: {*names}.union(*(used_by(text, name) for name in names)) for check, names in graded.reached.items()}
    top = [node for node in ast.parse(text).body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    loading = {item.id for node in top for item in ast.walk(node) if isinstance(item, ast.Name)}
    parts = {outcome.id: outcome.part for outcome in graded.outcomes}
    return Reach(parts, names, graded.seconds, frozenset(loading))


def _reference(root: Path, assignment: Assignment) -> str:
    path = paths.source(root, assignment.id, assignment.module)
    return catalogue.definitions(path.read_text(encoding="utf-8"))


def _cases(root: Path, assignment: Assignment, seeds: int) -> Iterator[Case]:
    """Everything that is graded for one assignment."""
    path = paths.source(root, assignment.id, assignment.module)
    graders = paths.graders(root, assignment.id)
    reference = path.read_text(encoding="utf-8")
    yield Case("reference", "script", reference)
    yield Case("reference", "notebook", _as_notebook(path))
    for suffix, convert in ((".py", source.from_script), (".ipynb", source.from_notebook)):
        stub = root / paths.RELEASED / assignment.id / f"{assignment.module}{suffix}"
        yield Case("stub", stub.name, convert(stub.name, stub.read_bytes())[0])
    for variant in catalogue.variants(graders / paths.VARIANTS):
        yield Case("variant", variant.id, catalogue.replaced(reference, variant.text))
    for item in _known_mistakes(root, assignment):
        text = catalogue.replaced(reference, item.text)
        yield Case("mistake", item.id, text, item.part, changed=defined(item.text))
    graded = [name for part in assignment.parts for name in part.functions]
    listed = equivalent.load(graders / paths.EQUIVALENT)
    for mutant in mutants(reference, graded):
        part = assignment.part_of(mutant.function)
        changed = frozenset({mutant.function})
        right = any(item.matches(mutant.id) for item in listed)
        yield Case("mutant", mutant.id, mutant.source, part.id if part else "", changed=changed, listed=right)
    for seed in range(1, seeds + 1):
        yield Case("seed", f"seed {seed}", _reference(root, assignment), seed=seed)


def _known_mistakes(root: Path, assignment: Assignment) -> tuple[Mistake, ...]:
    known = catalogue.of_assignment(root, assignment.id, assignment.module)
    for item in known:
        if assignment.part(item.part) is None:
            raise CourseError(
                f"graders of {assignment.id}: mistake `{item.id}` is in {paths.CATALOGUE}/{item.part}.py, and {FILENAME} "
                f"has no part `{item.part}`; name the file after the part it is about"
            )
    return known


def _as_notebook(path: Path) -> str:
    """The reference as a student would hand it in who works in Jupyter."""
    import jupytext
    import nbformat

    data = nbformat.writes(jupytext.read(path)).encode()
    return source.from_notebook(f"{path.stem}.ipynb", data)[0]


def _groups(cases: list[Case]) -> Iterator[list[Case]]:
    """Cases that can be graded in one batch."""
    alike: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        alike[case.kind].append(case)
    for kind, group in alike.items():
        size = _SIZE.get(kind, executor.BATCH_SIZE)
        yield from (group[start : start + size] for start in range(0, len(group), size))


def _batch(
    course: Course, root: Path, assignment: Assignment, wall: str, group: list[Case], reach: Reach | None
) -> Batch:
    kind = group[0].kind
    seeds = [case.seed for case in group] if kind == "seed" else []
    return Batch(
        course,
        assignment.id,
        [Submission(case.id, assignment.id, case.text) for case in (group[:1] if seeds else group)],
        str(root),
        wall,
        until_lost=kind == "mutant",
        only=[_checks_for(case, reach) for case in group] if reach and kind in _CHOSEN else [],
        seeds=seeds,
        diagnose=kind == "mistake",
        pictures=kind not in ("mutant", "seed"),
    )


def _checks_for(case: Case, reach: Reach) -> list[str]:
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


REFERENCE, STUB, VARIANTS = "reference earns everything", "stub earns nothing", "right variants earn everything"
CAUGHT, ALONE, NAMED = "mistakes lose their part", "mistakes lose nothing elsewhere", "mistakes are named"
MUTANTS, RANDOM = "mutants are caught", "reference passes under every seed"
CHECKS, COURSE = "every check can fail", "points, hints, checks"
PROMISES = (REFERENCE, STUB, VARIANTS, CAUGHT, ALONE, NAMED, MUTANTS, RANDOM, CHECKS, COURSE)
_RIGHT = {"reference": REFERENCE, "variant": VARIANTS, "seed": RANDOM}


def _judge(root: Path, assignment: Assignment, graded: list[tuple[Case, Graded]]) -> list[Row]:
    """Hold what came out against what is promised."""
    judge = _Judge(root, assignment)
    for case, one in graded:
        judge.look_at(case, one.outcomes)
    whole = next(one.outcomes for case, one in graded if case.kind == "reference")
    return judge.rows_with_the_whole(whole)


class _Judge:
    """The rows of one assignment while its cases come in."""

    def __init__(self, root: Path, assignment: Assignment) -> None:
        graders = paths.graders(root, assignment.id)
        source = paths.source(root, assignment.id, assignment.module).read_text(encoding="utf-8")
        self._assignment = assignment
        self._reference = catalogue.definitions(source)
        self._catalogue = {item.id: item for item in _known_mistakes(root, assignment)}
        self._equivalent = equivalent.load(graders / paths.EQUIVALENT)
        self._used: set[Equivalent] = set()
        self._failed: set[str] = set()
        self._rows = {name: Row(assignment.id, name) for name in PROMISES}

    def look_at(self, case: Case, outcomes: list[Outcome]) -> None:
        lost = [item for item in outcomes if item.status != "pass"]
        if case.kind == "stub":
            passed = [f"{case.id}: passes `{item.id}`" for item in outcomes if item.status == "pass"]
            self._count(STUB, passed)
            return
        self._failed |= {item.id for item in lost if item.message != LEFT_OUT}
        if case.kind == "mistake":
            self._mistake(self._catalogue[case.id], lost)
        elif case.kind == "mutant":
            self._mutant(case.id, bool(lost))
        else:
            told = [f"{case.id}: loses `{item.id}` ({item.status}: {item.message})" for item in lost]
            self._count(_RIGHT[case.kind], told)

    def _count(self, promise: str, problems: list[str]) -> None:
        self._rows[promise].cases += 1
        self._rows[promise].problems += problems

    def _mistake(self, known: Mistake, lost: list[Outcome]) -> None:
        parts = {item.part for item in lost}
        self._count(CAUGHT, [] if known.part in parts else [f"{known.id}: loses nothing in `{known.part}`"])
        allowed = {known.part, *known.also, *self._dependents(known.function)}
        strange = ", ".join(sorted(item.id for item in lost if item.part not in allowed))
        self._count(ALONE, [f"{known.id}: loses {strange}"] if strange else [])
        names = sorted({item.mistake for item in lost if item.mistake})
        told = ", ".join(names) or "nothing"
        right = names == [known.id] or (not known.replayable and not names)
        self._count(NAMED, [] if right else [f"{known.id}: named {told}"])

    def _mutant(self, name: str, caught: bool) -> None:
        listed = next((item for item in self._equivalent if item.matches(name)), None)
        if listed is not None:
            self._used.add(listed)
        told = [f"{name}: is listed as equivalent, and is caught"] if caught and listed is not None else []
        self._count(MUTANTS, told if caught or listed is not None else [f"{name}{_LIVES}"])

    def _dependents(self, function: str) -> set[str]:
        """Parts with a function that is computed from this one in the reference."""
        return {
            part.id
            for part in self._assignment.parts
            if any(function in (name, *used_by(self._reference, name)) for name in part.functions)
        }

    def rows_with_the_whole(self, outcomes: list[Outcome]) -> list[Row]:
        """All rows, with what can be said only at the end."""
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


def accept(root: Path, rows: list[Row]) -> dict[Path, int]:
    """Draft a line of equivalent.yml for each mutant that lives; how many there are, by file. Raises OutputError."""
    drafted = {}
    for row in rows:
        living = [line.removesuffix(_LIVES) for line in row.problems if line.endswith(_LIVES)]
        if row.promise == MUTANTS and living:
            path = paths.graders(root, row.assignment) / paths.EQUIVALENT
            equivalent.draft(path, living)
            drafted[path] = len(living)
    return drafted


def _drift(course: Course, root: Path) -> Row:
    lines = build.drift(course, root)
    return Row("all", "assignments are up to date", len(course.assignments), lines)
