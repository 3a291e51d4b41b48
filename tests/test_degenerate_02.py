"""02: whole submissions that compute nothing earn nothing, in any part."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, import_oracle
from autograder.grading.diagnosis.catalogue import definitions
from autograder.grading.dispatch import executor
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
NAME = "02-cross-entropy"
# The right answer to this question is a constant.
CONSTANT = ("infinity", "quick_checks", "quick_check_bce")


def bodies() -> dict[str, str]:
    tree = ast.parse((ROOT / "tests" / "degenerate" / f"{NAME}.py").read_text(encoding="utf-8"))
    found = next(node for node in tree.body if isinstance(node, ast.Assign))
    known: dict[str, str] = ast.literal_eval(found.value)
    return known


def submission(name: str, body: str, course: Course) -> Submission:
    """Return a submission in which every graded function has this body."""
    reference = (ROOT / "solutions" / NAME / "cross_entropy.py").read_text(encoding="utf-8")
    graded = {function for part in course.assignment(NAME).parts for function in part.functions}
    text = ["import math", "import numpy as np", "COUNT = []"]
    for node in ast.parse(definitions(reference)).body:
        if isinstance(node, ast.FunctionDef) and node.name in graded:
            names = [item.arg for item in node.args.args] or ["0.0"]
            places = {"first": names[0], "second": names[min(1, len(names) - 1)], "last": names[-1]}
            text.append(f"def {node.name}({ast.unparse(node.args)}):\n    {body.format(**places)}")
    return Submission(name, NAME, "\n".join(text))


def test_what_computes_nothing_earns_nothing(course: Course, wall: str) -> None:
    given = [submission(name, body, course) for name, body in bodies().items()]
    groups = [given[start : start + 10] for start in range(0, len(given), 10)]
    batches = [Batch(course, NAME, group, str(ROOT), wall, diagnose=False, pictures=False) for group in groups]
    earned = []
    for batch, graded in executor.local(batches, os.cpu_count() or 1, import_oracle):
        for one, result in zip(batch.submissions, graded, strict=True):
            assert result.outcomes
            earned += [(one.student, item.part, item.id) for item in result.outcomes if item.status == "pass"]
    assert len(given) > 25
    assert [item for item in earned if item != CONSTANT] == []


@pytest.mark.parametrize("body", ["zero", "mean of the first", "random numbers"])
def test_a_degenerate_submission_is_python_that_loads(body: str, course: Course) -> None:
    """Otherwise its zero points would say nothing."""
    scope: dict[str, object] = {}
    exec(submission(body, bodies()[body], course).source, scope)
    assert callable(scope["softmax"])
