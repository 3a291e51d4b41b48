"""Degenerate answers, right in kind and wrong in all else, earn nothing in any part."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from test_idle import ASSIGNMENTS, earned, idle_everywhere

from autograder.course import Course
from autograder.grading.diagnosis import catalogue
from autograder.intake.submission import Submission

HERE = Path(__file__).parent / "degenerate"
# Infinity is the right answer to one question.
RIGHT = ("infinity", "quick_checks", "quick_check_bce")


def functions(name: str) -> dict[str, str]:
    """Return submissions in which `answer` stands for each graded function that is not defined."""
    graded = [function for part in ASSIGNMENTS[name].parts for function in part.functions]
    made = {}
    for item in catalogue.variants(HERE / f"{name}.py"):
        others = "".join(f"{function} = answer\n" for function in graded if f"def {function}(" not in item.text)
        plots = "import matplotlib.pyplot as plt\n" if "plt." in item.text else ""
        made[item.id] = f"{plots}import numpy as np\n\n\n{item.text}\n\n{others}"
    return made


def bodies(name: str) -> dict[str, str]:
    """Return submissions in which each graded function and module has the same body."""
    (node,) = [
        node for node in ast.parse((HERE / f"{name}.py").read_text("utf-8")).body if isinstance(node, ast.Assign)
    ]
    known: dict[str, str] = ast.literal_eval(node.value)
    head = "import math\nimport numpy as np\nCOUNT = []\n" if ASSIGNMENTS[name].environment == "numpy" else ""
    return {key: head + idle_everywhere(ASSIGNMENTS[name], body) for key, body in known.items()}


def losses(name: str) -> dict[str, str]:
    """Return submissions in which every loss is one expression, and every metric another."""
    whole = (HERE / f"{name}.txt").read_text("utf-8")
    known = yaml.safe_load((HERE / f"{name}.yml").read_text("utf-8"))
    return {key: whole.format(**answer) for key, answer in known.items()}


MADE: dict[str, Callable[[str], dict[str, str]]] = {
    "01-mse": functions,
    "02-cross-entropy": bodies,
    "03-gradient-comparison": functions,
    "04-focal-loss": losses,
    "05-multi-task": bodies,
}


@pytest.mark.parametrize("name", MADE)
def test_a_degenerate_answer_earns_nothing(name: str, course: Course, wall: str) -> None:
    given = [Submission(key, name, text) for key, text in MADE[name](name).items()]
    assert len(given) >= 15
    found = [(one.student, outcome.part, outcome.id) for one, outcome in earned(course, wall, given)]
    assert [item for item in found if item != RIGHT] == []


@pytest.mark.parametrize("name", MADE)
def test_a_degenerate_answer_is_python_that_defines_every_function(name: str) -> None:
    """Otherwise its zero points would say nothing."""
    for text in MADE[name](name).values():
        scope: dict[str, object] = {}
        exec(compile(text, "answer.py", "exec"), scope)
        assert all(function in scope for part in ASSIGNMENTS[name].parts for function in part.functions)
