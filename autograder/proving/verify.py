"""`losslab verify`: what the graders promise, tried out on right and wrong solutions by the hundred."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..course import Assignment, Course
from ..errors import CourseError
from ..grading import executor, mistakes
from ..grading.batch import Batch, Graded, import_oracle
from ..grading.diagnosis import used_by
from ..grading.mistakes import Mistake
from ..grading.outcome import Outcome
from ..grading.plugin import LEFT_OUT
from ..intake import source
from ..intake.submission import Submission
from ..release import build
from .mutants import mutants

SEEDS = 500
_SIZE = {"mutant": 40, "seed": 50}


@dataclass(frozen=True)
class Case:
    """One solution that is graded: what kind it is of, and the part whose checks are to fail, if any."""

    kind: str
    id: str
    text: str
    part: str = ""
    seed: int = 0
    only: tuple[str, ...] = ()


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
    reached = _reached(course, root, assignments, wall, jobs)
    cases = {item.id: list(_cases(root, item, seeds, reached[item.id])) for item in assignments}
    batches: dict[int, tuple[Batch, list[Case]]] = {}
    for item in assignments:
        for group in _groups(cases[item.id]):
            batch = _batch(course, root, item, wall, group)
            batches[id(batch)] = (batch, group)
    total = sum(map(len, cases.values()))
    graded: dict[str, list[tuple[Case, Graded]]] = defaultdict(list)
    for batch, results in executor.local([batch for batch, _ in batches.values()], jobs, import_oracle):
        graded[batch.assignment_id] += zip(batches[id(batch)][1], results, strict=True)
        progress(sum(map(len, graded.values())), total)
    rows = [row for item in assignments for row in _judge(root, item, graded[item.id])]
    return [*rows, _drift(course, root)]


def _reached(
    course: Course, root: Path, assignments: list[Assignment], wall: str, jobs: int
) -> dict[str, dict[str, set[str]]]:
    """By assignment and check: the definitions of the reference that the check stands on, directly or through others."""
    batches = []
    for item in assignments:
        text = _reference(root, item)
        batches.append(Batch(course, item.id, [Submission("reference", item.id, text)], str(root), wall, reach=True))
    found = {}
    for batch, (graded,) in executor.local(batches, jobs, import_oracle):
        text = batch.submissions[0].source
        found[batch.assignment_id] = {
            check: set(names).union(*(used_by(text, name) for name in names)) for check, names in graded.reached.items()
        }
    return found


def _reference(root: Path, assignment: Assignment) -> str:
    path = root / "solutions" / assignment.id / f"{assignment.module}.py"
    return mistakes.definitions(path.read_text(encoding="utf-8"))


def _checks_of(function: str, text: str, reached: dict[str, set[str]]) -> tuple[str, ...]:
    """The checks in which a changed function can be seen: to the others it is as if nothing had changed.

    All of them, where the module itself uses it while it loads.
    """
    top = [node for node in ast.parse(text).body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    if any(isinstance(item, ast.Name) and item.id == function for node in top for item in ast.walk(node)):
        return ()
    return tuple(check for check, names in reached.items() if function in names)


def _cases(root: Path, assignment: Assignment, seeds: int, reached: dict[str, set[str]]) -> Iterator[Case]:
    """Everything that is graded for one assignment."""
    path = root / "solutions" / assignment.id / f"{assignment.module}.py"
    graders = root / "autograder" / "graders" / assignment.id
    reference = path.read_text(encoding="utf-8")
    yield Case("reference", "script", reference)
    yield Case("reference", "notebook", _as_notebook(path))
    for suffix, convert in ((".py", source.from_script), (".ipynb", source.from_notebook)):
        stub = root / build.FOLDER / assignment.id / f"{assignment.module}{suffix}"
        yield Case("stub", stub.name, convert(stub.name, stub.read_bytes())[0])
    for variant in mistakes.variants(graders / "variants.py"):
        yield Case("variant", variant.id, mistakes.replaced(reference, variant.text))
    for item in mistakes.mistakes(graders / "mistakes.py"):
        yield Case("mistake", item.id, mistakes.replaced(reference, item.text), item.part)
    graded = [name for part in assignment.parts for name in part.functions]
    plain = mistakes.definitions(reference)
    for mutant in mutants(reference, graded):
        part = assignment.part_of(mutant.function)
        only = _checks_of(mutant.function, plain, reached)
        yield Case("mutant", mutant.id, mutant.source, part.id if part else "", only=only)
    for seed in range(1, seeds + 1):
        yield Case("seed", f"seed {seed}", plain, seed=seed)


def _as_notebook(path: Path) -> str:
    """The reference as a student would hand it in who works in Jupyter."""
    import jupytext
    import nbformat

    data = nbformat.writes(jupytext.read(path)).encode()
    return source.from_notebook(f"{path.stem}.ipynb", data)[0]


def _groups(cases: list[Case]) -> Iterator[list[Case]]:
    """Cases that can be graded in one batch."""
    alike: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        alike[case.kind, case.part if case.kind == "mutant" else ""].append(case)
    for (kind, _), group in alike.items():
        size = _SIZE.get(kind, executor.BATCH_SIZE)
        yield from (group[start : start + size] for start in range(0, len(group), size))


def _batch(course: Course, root: Path, assignment: Assignment, wall: str, group: list[Case]) -> Batch:
    kind = group[0].kind
    return Batch(
        course,
        assignment.id,
        [Submission(case.id, assignment.id, case.text) for case in group],
        str(root),
        wall,
        first=group[0].part if kind == "mutant" else "",
        until_lost=kind == "mutant",
        only=[list(case.only) for case in group] if all(case.only for case in group) else [],
        seeds=[case.seed for case in group] if kind == "seed" else [],
        diagnose=kind == "mistake",
        pictures=kind not in _SIZE,
    )


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
    return judge.rows_with_the_whole(graded[0][1].outcomes)


class _Judge:
    """The rows of one assignment while its cases come in."""

    def __init__(self, root: Path, assignment: Assignment) -> None:
        graders = root / "autograder" / "graders" / assignment.id
        source = (root / "solutions" / assignment.id / f"{assignment.module}.py").read_text(encoding="utf-8")
        self._assignment = assignment
        self._reference = mistakes.definitions(source)
        self._catalogue = {item.id: item for item in mistakes.mistakes(graders / "mistakes.py")}
        self._equivalent = _equivalent(graders / "equivalent.yml")
        self._used: set[str] = set()
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
        pattern = next((pattern for pattern in self._equivalent if _matches(pattern, name)), None)
        if pattern is not None:
            self._used.add(pattern)
        listed = [f"{name}: is listed as equivalent, and is caught"] if caught and pattern is not None else []
        self._count(MUTANTS, listed if caught or pattern is not None else [f"{name}: lives"])

    def _dependents(self, function: str) -> set[str]:
        """Parts with a function that is computed from this one in the reference."""
        return {
            part.id
            for part in self._assignment.parts
            if any(function in (name, *used_by(self._reference, name)) for name in part.functions)
        }

    def rows_with_the_whole(self, outcomes: list[Outcome]) -> list[Row]:
        """All rows, with what can be said only at the end."""
        idle = [name for name in self._equivalent if name not in self._used]
        self._rows[MUTANTS].problems += [f"equivalent.yml: no mutant is `{name}`" for name in idle]
        self._rows[CHECKS].cases = len(outcomes)
        harmless = [item.id for item in outcomes if item.id not in self._failed]
        self._rows[CHECKS].problems = [f"`{name}` fails for no wrong solution" for name in harmless]
        for part in self._assignment.parts:
            checked = part.manual or any(item.part == part.id for item in outcomes)
            hinted = part.manual or len(part.hints) == 3
            self._count(COURSE, [] if checked else [f"part `{part.id}` has no check"])
            self._rows[COURSE].problems += [] if hinted else [f"part `{part.id}` has no three hints"]
        return list(self._rows.values())


def _equivalent(path: Path) -> dict[str, str]:
    """Patterns of mutants that are no mistakes, each with its reason. Raises CourseError."""
    if not path.is_file():
        return {}
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or not all(isinstance(reason, str) and reason.strip() for reason in raw.values()):
        raise CourseError(
            f"{path}: is a mapping of a mutant (* stands for anything) to the reason why it is equivalent"
        )
    return {str(name): reason for name, reason in raw.items()}


def _matches(pattern: str, name: str) -> bool:
    return (
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))) if "*" in pattern else re.escape(pattern), name)
        is not None
    )


def _drift(course: Course, root: Path) -> Row:
    lines = build.drift(course, root)
    return Row("all", "assignments are up to date", len(course.assignments), lines)
