"""`losslab verify` finds out graders, catalogues and references that do not keep what they promise."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, grade
from autograder.intake.submission import Submission
from autograder.proving import cases, coverage, judge

ROOT = Path(__file__).parent.parent
SEEDS = 40

CHECKS = '''
@check("mse_loss", points=0)
def test_that_asks_nothing(student):
    """asks nothing"""


@check("mse_loss", points=0)
def test_by_chance(student, rng):
    """is lost by chance"""
    student.mse_loss(np.array([1.0]), np.array([2.0]))
    assert rng.integers(1000) % 8 != 1


@check("mse_loss", points=0)
def test_of_numbers(student, numbers):
    """is not tried with other numbers"""
    student.mse_loss(np.array([1.0]), np.array([2.0]))
    assert numbers.integers(1000) == np.random.default_rng(2027).integers(1000)


@check("mse_loss", kind="property", topic="state", points=0)
def test_a_property_that_asks_for_a_value(student):
    """wants more than the function's relation to itself"""
    require(student.mse_loss(np.array([3.0, 5.0]), np.zeros(2)) == 17.0, "is not right")
'''

MISTAKES = """
@mistake("is_right", says="nothing is wrong here.")
def mse_loss(pred, target):
    return np.mean(_errors(pred, target) ** 2)


@mistake("reaches_far", says="this is a sum, and it changes another function.")
def mse_loss(pred, target):
    globals()["mae_grad"] = _errors
    return np.sum(_errors(pred, target) ** 2)
"""

VARIANTS = """
@variant("is_wrong")
def mse_loss(pred, target):
    return np.sum(_errors(pred, target) ** 2)


@naive("is_naive_and_wrong")
def mse_loss(pred, target):
    return np.sum((pred - target) ** 2)


@naive("is_not_naive")
def mse_loss(pred, target):
    return np.mean(_errors(pred, target) * _errors(pred, target))
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What verify says of graders of 01-mse that are broken in many ways."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "assignments", "autograder/graders"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.yml", root)
    graders = root / "autograder" / "graders" / "01-mse"
    for name, text in (("test_mse_hidden.py", CHECKS), ("mistakes/mse_loss.py", MISTAKES), ("variants.py", VARIANTS)):
        with (graders / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")
    with (graders / "equivalent.yml").open("a", encoding="utf-8") as file:
        file.write('"nobody: 1 → 2": "is no mutant of this reference"\n')
    command = [sys.executable, "-m", "autograder", "verify", "01-mse", "--seeds", str(SEEDS), "--json"]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def problems(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["promise"]] += row["problems"]
    return found


@pytest.fixture(scope="module")
def costs(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["mistake"]: item for row in rows for item in row["costs"]}


def test_a_wrong_variant_is_found(problems: dict[str, list[str]]) -> None:
    assert {line.partition(":")[0] for line in problems[judge.VARIANTS]} == {"is_wrong"}


def test_a_mistake_that_is_none_is_found(problems: dict[str, list[str]]) -> None:
    assert problems[judge.CAUGHT] == ["is_right: loses nothing in `mse_loss`"]


def test_a_mistake_that_reaches_into_checks_that_do_not_call_it_is_found(problems: dict[str, list[str]]) -> None:
    (line,) = problems[judge.ALONE]
    assert line.startswith("reaches_far: loses ") and "mae_grad_of_a_vector" in line


def test_a_check_that_a_stub_passes_is_found(problems: dict[str, list[str]]) -> None:
    assert {line.partition(": ")[2] for line in problems[judge.STUB]} == {"passes `that_asks_nothing`"}


def test_a_check_that_cannot_fail_is_found(problems: dict[str, list[str]]) -> None:
    assert "`that_asks_nothing` fails for no wrong solution" in problems[judge.CHECKS]


def test_a_check_that_is_lost_by_chance_is_found(problems: dict[str, list[str]]) -> None:
    lost = [line for line in problems[judge.RANDOM] if "loses `by_chance`" in line]
    assert 0 < len(lost) < SEEDS
    assert lost == problems[judge.RANDOM]


def test_a_reason_for_what_is_no_mutant_is_found(problems: dict[str, list[str]]) -> None:
    assert problems[judge.MUTANTS] == ["equivalent.yml: no mutant is `nobody: 1 → 2`"]


def test_a_naive_answer_that_loses_elsewhere_or_nothing_at_all_is_found(problems: dict[str, list[str]]) -> None:
    told = problems[judge.NAIVE]
    assert any(line.startswith("is_naive_and_wrong: loses `mse_of_a_vector`") for line in told)
    assert "is_not_naive: loses nothing; it is a variant like others" in told
    assert {line.partition(":")[0] for line in told} == {"is_naive_and_wrong", "is_not_naive"}


def test_a_property_that_is_lost_for_a_wrong_value_is_found(problems: dict[str, list[str]]) -> None:
    told = [line for line in problems[judge.PROPERTIES] if "a_property_that_asks_for_a_value" in line]
    assert any(line.startswith("mse_sum: ") for line in told)


def test_what_each_mistake_costs_is_counted(costs: dict[str, Any]) -> None:
    cost = costs["mse_sum"]
    assert cost["part"] == "mse_loss" and 0 < cost["lost"] <= cost["points"] and cost["checks"]
    assert costs["is_right"]["lost"] == 0


def test_what_is_right_is_not_complained_of(problems: dict[str, list[str]]) -> None:
    assert problems[judge.COURSE] == problems[judge.REFERENCE] == []


def test_each_seed_is_a_run_of_its_own(course: Course, wall: str) -> None:
    reference = (ROOT / "solutions" / "01-mse" / "mse.py").read_text(encoding="utf-8")
    batch = Batch(course, "01-mse", [Submission("s", "01-mse", reference)], str(ROOT), wall, seeds=[1, 2, 3])
    found = grade(batch)
    assert [{item.status for item in one.outcomes} for one in found] == [{"pass"}] * 3
    assert len({tuple(item.id for item in one.outcomes) for one in found}) == 1


COVERAGE = coverage.Coverage(
    parts={"long": "f", "short": "f", "elsewhere": "g", "apart": "h", "apart_and_long": "h"},
    names={"long": {"f"}, "short": {"f"}, "elsewhere": {"g", "f"}, "apart": {"h"}, "apart_and_long": {"h"}},
    seconds={"long": 1.0, "short": 0.001, "elsewhere": 0.0001, "apart": 0.001, "apart_and_long": 1.0},
    loading=frozenset({"constant"}),
)


@pytest.mark.parametrize(
    ("kind", "changed", "checks"),
    [
        ("mutant", {"f"}, ["short", "long", "elsewhere"]),
        ("mutant", {"h"}, ["apart", "apart_and_long"]),
        ("mutant", {"constant"}, ["short", "long", "elsewhere", "apart", "apart_and_long"]),
        ("mistake", {"f"}, ["long", "short", "elsewhere", "apart"]),
        ("mistake", {"f", "h"}, ["long", "short", "elsewhere", "apart", "apart_and_long"]),
        ("mistake", set(), ["long", "short", "elsewhere", "apart", "apart_and_long"]),
    ],
)
def test_who_gets_which_checks(kind: str, changed: set[str], checks: list[str]) -> None:
    case = cases.Case(
        kind, "x", "", "f" if "f" in changed or "constant" in changed else "h", changed=frozenset(changed)
    )
    assert coverage.checks_for(case, COVERAGE) == checks


def test_a_mutant_that_is_listed_as_right_gets_no_long_checks() -> None:
    case = cases.Case("mutant", "x", "", "f", changed=frozenset({"f"}), listed=True)
    assert coverage.checks_for(case, COVERAGE) == ["short", "elsewhere"]
