"""A known mistake that was seen somewhere says where, so that anybody can find it again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.grading.diagnosis.catalogue import Mistake, of_assignment

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = {item.id: item for item in courses.load(ROOT / "course.yml").assignments}
VAGUE = ("expected of beginners", "student submissions", "torch forums", "most tutorials", "well-known trap")
PAGE = runpy.run_path(str(ROOT / "scripts" / "mistakes-page.py"))


def catalogue(assignment: str) -> tuple[Mistake, ...]:
    return of_assignment(ROOT, assignment, ASSIGNMENTS[assignment].module)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_each_catalogue_has_five_mistakes_for_each_function(assignment: str) -> None:
    functions = [name for part in ASSIGNMENTS[assignment].parts for name in part.functions]
    assert functions and len(catalogue(assignment)) >= 5 * len(functions)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_each_mistake_that_was_seen_says_where(assignment: str) -> None:
    for item in catalogue(assignment):
        kind, name = PAGE["source"](item.seen)
        assert bool(name.strip()) == (kind != "made"), item.id


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_mistake_is_vague_about_its_source(assignment: str) -> None:
    said = {item.id: word for item in catalogue(assignment) for word in VAGUE if word in item.seen.lower()}
    assert not said


@pytest.mark.parametrize(
    "seen",
    [
        " ",
        "not found in the wild: made up",
        "student submissions",
        "expected of beginners: y - p",
        "torch forums: detach",
    ],
)
def test_a_mistake_without_a_source_is_refused(seen: str) -> None:
    with pytest.raises(ValueError, match="names no source"):
        PAGE["source"](seen)


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    assert written == PAGE["page"](), "run python scripts/mistakes-page.py"
