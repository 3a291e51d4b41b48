"""The reference earns 100 % and the stub 0, as a script and as a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
import pytest

from autograder import course as courses
from autograder.course import Course
from autograder.grading.batch import Graded
from autograder.intake import source

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = {item.id: item.module for item in courses.load(ROOT / "course.yml").assignments}


def lost(graded: Graded) -> list[tuple[str, str, str]]:
    return [(item.id, item.status, item.message) for item in graded.outcomes if item.status != "pass"]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_reference_earns_everything_as_script_and_as_notebook(
    assignment: str, grade_sources: Callable[..., list[Graded]]
) -> None:
    path = ROOT / "solutions" / assignment / f"{ASSIGNMENTS[assignment]}.py"
    notebook = nbformat.writes(jupytext.read(path)).encode()
    script, _ = source.from_script(path.name, path.read_bytes())
    cells, _ = source.from_notebook(f"{path.stem}.ipynb", notebook)
    assert [lost(graded) for graded in grade_sources(assignment, script, cells)] == [[], []]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_the_released_stub_fails_every_check(
    assignment: str, suffix: str, grade_sources: Callable[..., list[Graded]]
) -> None:
    path = ROOT / "assignments" / assignment / f"{ASSIGNMENTS[assignment]}{suffix}"
    convert = source.from_notebook if suffix == ".ipynb" else source.from_script
    text, _ = convert(path.name, path.read_bytes())
    outcomes = grade_sources(assignment, text)[0].outcomes
    assert outcomes and [item.id for item in outcomes if item.status == "pass"] == []


def test_there_are_at_least_sixty_hidden_checks(course: Course, grade_sources: Callable[..., list[Graded]]) -> None:
    assert sum(len(grade_sources(item, "x = 1")[0].outcomes) for item in ASSIGNMENTS) >= 60


def test_a_solution_without_validation_loses_only_that_part(grade_sources: Callable[..., list[Graded]]) -> None:
    text = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
    graded = grade_sources("01-mse", text.replace("        raise ValueError", "        str"))[0]
    parts = {item.part for item in graded.outcomes if item.status != "pass"}
    assert parts == {"validation"}


def test_the_message_of_a_failed_check_shows_no_hidden_input(grade_sources: Callable[..., list[Graded]]) -> None:
    graded = grade_sources("01-mse", "import numpy as np\ndef mse_loss(pred, target): return 41.5")[0]
    wrong = [item for item in graded.outcomes if item.status == "fail" and item.part == "mse_loss"]
    assert wrong and all("array(" not in item.message for item in wrong)
    assert all("41.5" in item.message for item in wrong if item.kind == "value")


def test_files_with_the_same_name_in_two_assignments_do_not_mix(grade_sources: Callable[..., list[Graded]]) -> None:
    graders = ROOT / "autograder" / "graders"
    names = [{path.name for path in (graders / item).glob("*.py")} for item in ("01-mse", "02-cross-entropy")]
    assert {"test_validation_hidden.py"} <= names[0] & names[1]
    first, second = (grade_sources(item, "x = 1")[0].outcomes for item in ("01-mse", "02-cross-entropy"))
    assert not {item.id for item in first} & {item.id for item in second}
