"""Doing nothing earns nothing: functions that return, raise or draw without work, in every part of every assignment."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from autograder import course as courses
from autograder.course import Assignment, Course
from autograder.grading import executor
from autograder.grading.batch import Batch, import_oracle
from autograder.grading.mistakes import definitions, replaced
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
IDLE = ROOT / "tests" / "idle"
BODIES: dict[str, str] = yaml.safe_load((IDLE / "bodies.yml").read_text(encoding="utf-8"))
ASSIGNMENTS = {item.id: item for item in courses.load(ROOT / "course.yml").assignments}


def reference(assignment: Assignment) -> str:
    return (ROOT / "solutions" / assignment.id / f"{assignment.module}.py").read_text(encoding="utf-8")


def idle_everywhere(assignment: Assignment, body: str) -> str:
    """The reference, with `body` in the place of what each graded function and module does."""
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
    function.body = ast.parse(body.replace("{first}", names[0]).replace("{last}", names[-1])).body


def _empty_class(node: ast.ClassDef, body: str) -> None:
    node.body = [item for item in node.body if getattr(item, "name", "") in ("__init__", "forward")]
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            _empty(item, "super().__init__()" if item.name == "__init__" else body)


def submissions(assignment: Assignment) -> Iterator[Submission]:
    yield Submission("an empty file", assignment.id, "")
    for name, body in BODIES.items():
        yield Submission(name, assignment.id, idle_everywhere(assignment, body))
    for path in sorted(IDLE.glob(f"{assignment.id}*.py")):
        yield Submission(path.name, assignment.id, replaced(reference(assignment), path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_doing_nothing_earns_nothing(assignment: str, course: Course, wall: str) -> None:
    given = list(submissions(ASSIGNMENTS[assignment]))
    assert len(given) > 30
    groups = [given[start : start + 10] for start in range(0, len(given), 10)]
    batches = [Batch(course, assignment, group, str(ROOT), wall, diagnose=False, pictures=False) for group in groups]
    earned: dict[str, set[str]] = {}
    for batch, graded in executor.local(batches, os.cpu_count() or 1, import_oracle):
        for submission, one in zip(batch.submissions, graded, strict=True):
            assert one.outcomes
            for outcome in one.outcomes:
                if outcome.status == "pass":
                    earned.setdefault(f"{outcome.part}: {outcome.id}", set()).add(submission.student)
    assert earned == {}
