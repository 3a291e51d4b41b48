"""Every known mistake says where it was seen, in a form by which it can be found again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from autograder.grading.diagnosis.catalogue import Mistake, mistakes

ROOT = Path(__file__).parent.parent
LEAST = {"01-mse": 25, "02-cross-entropy": 40, "03-gradient-comparison": 12, "04-focal-loss": 30, "05-multi-task": 25}
VAGUE = ("expected of beginners", "student submissions", "torch forums", "most tutorials", "well-known trap")
PAGE = runpy.run_path(str(ROOT / "scripts" / "mistakes-page.py"))


def catalogue(assignment: str) -> tuple[Mistake, ...]:
    return mistakes(ROOT / "autograder" / "graders" / assignment / "mistakes.py")


@pytest.mark.parametrize("assignment", LEAST)
def test_there_are_enough(assignment: str) -> None:
    assert len(catalogue(assignment)) >= LEAST[assignment]


@pytest.mark.parametrize("assignment", LEAST)
def test_each_says_where_it_was_seen(assignment: str) -> None:
    for item in catalogue(assignment):
        kind, name = PAGE["source"](item.seen)
        assert kind and name.strip(), item.id


@pytest.mark.parametrize("assignment", LEAST)
def test_none_is_vague_about_it(assignment: str) -> None:
    said = {item.id: word for item in catalogue(assignment) for word in VAGUE if word in item.seen.lower()}
    assert not said


@pytest.mark.parametrize("seen", ["", "student submissions", "expected of beginners: y - p", "torch forums: detach"])
def test_what_names_no_source_is_refused(seen: str) -> None:
    with pytest.raises(ValueError, match="names no source"):
        PAGE["source"](seen)


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    assert written == PAGE["page"](), "run python scripts/mistakes-page.py"
