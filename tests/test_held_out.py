"""Wrong answers that no catalogue contains: they lose points, known mistakes are named, and no name is wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, import_oracle
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.dispatch import executor
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
WRONG = sorted((ROOT / "tests" / "wrong").glob("*.py"))
AT_A_TIME = 4


@dataclass(frozen=True)
class Seen:
    """A wrong answer, the parts in which it lost points, and the mistakes that were named."""

    wrong: Mistake
    lost: frozenset[str]
    names: frozenset[str]


@pytest.fixture(scope="module", params=WRONG, ids=lambda path: path.stem)
def seen(request: pytest.FixtureRequest, course: Course, wall: str) -> list[Seen]:
    """Grade all held-out answers of one assignment."""
    path: Path = request.param
    assignment = course.assignment(path.stem)
    reference = (ROOT / "solutions" / assignment.id / f"{assignment.module}.py").read_text(encoding="utf-8")
    held_out = {item.id: item for item in catalogue.mistakes(path)}
    submissions = [Submission(name, path.stem, catalogue.replaced(reference, it.text)) for name, it in held_out.items()]
    groups = [submissions[start : start + AT_A_TIME] for start in range(0, len(submissions), AT_A_TIME)]
    batches = [Batch(course, path.stem, group, str(ROOT), wall) for group in groups]
    found = []
    for batch, graded in executor.local(batches, os.cpu_count() or 1, import_oracle):
        for submission, one in zip(batch.submissions, graded, strict=True):
            lost = [item for item in one.outcomes if item.status != "pass"]
            names = frozenset(item.mistake for item in lost if item.mistake)
            found.append(Seen(held_out[submission.student], frozenset(item.part for item in lost), names))
    return found


def test_every_assignment_has_held_out_answers(course: Course) -> None:
    assert [path.stem for path in WRONG] == [item.id for item in course.assignments]


def test_each_assignment_has_its_minimum_of_held_out_answers_outside_the_catalogue(
    seen: list[Seen], request: pytest.FixtureRequest, course: Course
) -> None:
    stem = request.node.callspec.params["seen"].stem
    assignment = course.assignment(stem)
    known = {item.text for item in catalogue.of_assignment(ROOT, stem, assignment.module)}
    assert len(seen) >= min(20, 5 * sum(len(part.functions) for part in assignment.parts))
    assert [item.wrong.id for item in seen if item.wrong.text in known] == []


def test_nearly_all_lose_points_in_their_part(seen: list[Seen]) -> None:
    missed = [item.wrong.id for item in seen if item.wrong.part not in item.lost]
    assert len(missed) <= 0.02 * len(seen), missed


def test_nearly_all_known_mistakes_are_named(seen: list[Seen]) -> None:
    known = [item for item in seen if item.wrong.named]
    unnamed = [(item.wrong.id, set(item.names)) for item in known if item.names != {item.wrong.named}]
    assert known
    assert len(unnamed) <= 0.05 * len(known), unnamed


def test_no_answer_gets_the_name_of_another_mistake(seen: list[Seen]) -> None:
    false = [(item.wrong.id, set(item.names)) for item in seen if item.names - {item.wrong.named}]
    assert false == []
