"""The solutions that `losslab verify` grades: right ones, wrong ones, and mutants of the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.base.errors import CourseError
from autograder.course import FILENAME, Assignment, paths
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.references import defined
from autograder.intake import source
from autograder.proving import equivalent
from autograder.proving.mutants import mutants


@dataclass(frozen=True)
class Case:
    """One solution to grade: its kind, the part whose checks must fail (if any), and the definitions it changes.

    A `listed` mutant is one that equivalent.yml says is right.
    """

    kind: str
    id: str
    text: str
    part: str = ""
    seed: int = 0
    changed: frozenset[str] = frozenset()
    listed: bool = False


def reference_of(root: Path, assignment: Assignment) -> str:
    """Return the definitions of the reference, without its checks and statements."""
    path = paths.source(root, assignment.id, assignment.module)
    return catalogue.definitions(path.read_text(encoding="utf-8"))


def cases_of(root: Path, assignment: Assignment, seeds: int) -> Iterator[Case]:
    """Yield all solutions to grade for one assignment."""
    path = paths.source(root, assignment.id, assignment.module)
    graders = paths.graders(root, assignment.id)
    reference = path.read_text(encoding="utf-8")
    yield Case("reference", "script", reference)
    yield Case("reference", "notebook", _as_notebook(path))
    for suffix, convert in ((".py", source.from_script), (".ipynb", source.from_notebook)):
        stub = root / paths.RELEASED / assignment.id / f"{assignment.module}{suffix}"
        yield Case("stub", stub.name, convert(stub.name, stub.read_bytes())[0])
    for variant in catalogue.variants(graders / paths.VARIANTS):
        kind = "naive" if variant.naive else "variant"
        yield Case(kind, variant.id, catalogue.replaced(reference, variant.text))
    for item in known_mistakes(root, assignment):
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
        yield Case("seed", f"seed {seed}", reference_of(root, assignment), seed=seed)


def known_mistakes(root: Path, assignment: Assignment) -> tuple[Mistake, ...]:
    """Return the assignment's catalogue. Raises CourseError."""
    known = catalogue.of_assignment(root, assignment.id, assignment.module)
    for item in known:
        if assignment.part(item.part) is None:
            raise CourseError(
                f"graders of {assignment.id}: mistake `{item.id}` is in {paths.CATALOGUE}/{item.part}.py, and {FILENAME} "
                f"has no part `{item.part}`; name the file after the part it is about"
            )
    return known


def _as_notebook(path: Path) -> str:
    """Return the reference as a student who works in Jupyter would hand it in."""
    import jupytext
    import nbformat

    data = nbformat.writes(jupytext.read(path)).encode()
    return source.from_notebook(f"{path.stem}.ipynb", data)[0]
