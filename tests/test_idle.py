"""Doing nothing earns nothing: functions that only return, raise or draw, in every part of every assignment."""

from __future__ import annotations

import ast
import os
from collections.abc import Container, Iterator
from pathlib import Path

import pytest
import yaml

from autograder import course as courses
from autograder.course import Assignment, Course
from autograder.grading.batch import Batch, import_oracle
from autograder.grading.diagnosis.catalogue import definitions, replaced
from autograder.grading.dispatch import executor
from autograder.grading.outcome import Outcome
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
IDLE = ROOT / "tests" / "idle"
BODIES: dict[str, str] = yaml.safe_load((IDLE / "bodies.yml").read_text(encoding="utf-8"))
ASSIGNMENTS = {item.id: item for item in courses.load(ROOT / "course.yml").assignments}


def reference(assignment: Assignment) -> str:
    return (ROOT / "solutions" / assignment.id / f"{assignment.module}.py").read_text(encoding="utf-8")


def idle_everywhere(assignment: Assignment, body: str) -> str:
    """Return the reference with `body` in place of the body of each graded function and module."""
    graded = {name for part in assignment.parts for name in part.functions}
    tree = ast.parse(definitions(reference(assignment)))
    for node in tree.body:
        if getattr(node, "name", None) not in graded:
            continue
        if isinstance(node, ast.FunctionDef):
            _empty(node, body)
        elif isinstance(node, ast.ClassDef):
            _empty_class(node, body)
    return ast.unparse(tree)


def _empty(function: ast.FunctionDef, body: str) -> None:
    names = [item.arg for item in function.args.args if item.arg != "self"] or ["0.0"]
    places = {"{first}": names[0], "{second}": names[min(1, len(names) - 1)], "{last}": names[-1]}
    for place, name in places.items():
        body = body.replace(place, name)
    function.body = ast.parse(body).body


def _empty_class(node: ast.ClassDef, body: str) -> None:
    node.body = [item for item in node.body if getattr(item, "name", "") in ("__init__", "forward")]
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            _empty(item, "super().__init__()" if item.name == "__init__" else body)


def idle_alone(assignment: Assignment, names: Container[str], text: str) -> str:
    """Return the reference with these functions from `text`: they do nothing, and all others are right."""
    lines = text.splitlines(keepends=True)
    chosen = [node for node in ast.parse(text).body if getattr(node, "name", None) in names]
    return replaced(reference(assignment), "\n\n".join("".join(lines[n.lineno - 1 : n.end_lineno]) for n in chosen))


def submissions(assignment: Assignment) -> Iterator[Submission]:
    yield Submission("an empty file", assignment.id, "")
    for name, body in BODIES.items():
        yield Submission(name, assignment.id, idle_everywhere(assignment, body))
    for path in sorted(IDLE.glob(f"{assignment.id}*.py")):
        yield Submission(path.name, assignment.id, replaced(reference(assignment), path.read_text(encoding="utf-8")))


def earned(course: Course, wall: str, given: list[Submission]) -> Iterator[tuple[Submission, Outcome]]:
    """Yield every check that a submission passes."""
    groups = [given[start : start + 10] for start in range(0, len(given), 10)]
    name = given[0].assignment
    batches = [Batch(course, name, group, str(ROOT), wall, diagnose=False, pictures=False) for group in groups]
    for batch, graded in executor.local(batches, os.cpu_count() or 1, import_oracle):
        for submission, one in zip(batch.submissions, graded, strict=True):
            assert one.outcomes
            yield from ((submission, outcome) for outcome in one.outcomes if outcome.status == "pass")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_doing_nothing_earns_nothing(assignment: str, course: Course, wall: str) -> None:
    given = list(submissions(ASSIGNMENTS[assignment]))
    assert len(given) > 30
    assert [(one.student, outcome.part, outcome.id) for one, outcome in earned(course, wall, given)] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_part_that_does_nothing_earns_nothing_even_if_the_others_are_right(
    assignment: str, course: Course, wall: str
) -> None:
    """A part that builds on right functions has to do something with them; the other parts keep their points."""
    known = ASSIGNMENTS[assignment]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(IDLE.glob(f"{assignment}*.py"))}
    texts |= {body: idle_everywhere(known, BODIES[body]) for body in ("pass", "first argument")}
    given = [
        Submission(f"{part.id}: {name}", assignment, idle_alone(known, part.functions, text))
        for part in known.parts
        for name, text in texts.items()
        if part.functions
    ]
    found = [
        (one.student, outcome.id)
        for one, outcome in earned(course, wall, given)
        if one.student.startswith(f"{outcome.part}: ")
    ]
    assert found == []
