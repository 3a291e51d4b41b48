"""Declare hidden checks: ordinary pytest functions with a part, points and a hint."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from autograder.base.errors import CourseError
from autograder.grading.outcome import Kind, Outcome, Status

MARK = "losslab_check"
# What a check is about. Reports count lost points by these words.
TOPICS = frozenset(
    [
        "default",
        "reduction",
        "weights",
        "smoothing",
        "gamma",
        "alpha",
        "delta",
        "strategy",
        "lam",
        "axes",
        "extremes",
        "gradient",
        "precision",
        "dtype",
        "device",
        "leaves_alone",
        "state",
        "prints",
        "lists",
        "numbers",
        "unsigned",
        "refusal",
        "training",
        "evaluation",
        "plot",
        "score",
    ]
)
Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """The declaration of a check. The title is the first line of its docstring."""

    id: str
    part: str
    title: str
    points: float
    hint: str
    kind: Kind = "value"
    topic: str = "default"

    def outcome(self, status: Status, message: str) -> Outcome:
        """Return the outcome of this check."""
        return Outcome(self.id, self.part, self.title, status, self.points, message, kind=self.kind, topic=self.topic)


class Failed(AssertionError):
    """The check failed; the text may be shown to the student."""


def check(
    part: str, *, kind: Kind = "value", topic: str = "default", points: float = 1.0, hint: str = ""
) -> Callable[[Test], Test]:
    """Mark a test as a check of `part` that judges one thing: `topic` is a word of TOPICS.

    Kinds: "value" holds numbers against an oracle, "property" the function against itself, "input" tries other types and
    bad input.

    The student reads the title (the docstring), the hint, and what the matcher says of the student's own value; inputs
    and expected values stay hidden.
    """

    def mark(test: Test) -> Test:
        title = (inspect.getdoc(test) or "").partition("\n")[0].strip()
        info = Check(test.__name__.removeprefix("test_"), part, title, float(points), hint, kind, topic)
        marked: Test = getattr(pytest.mark, MARK)(info)(test)
        return marked

    return mark


def of(item: pytest.Item) -> Check:
    """Return the declaration of a collected test. Raises CourseError if it has none."""
    marker = item.get_closest_marker(MARK)
    if marker is None:
        raise CourseError(f"{item.nodeid}: is not a check; put @check(part) above it")
    info: Check = marker.args[0]
    if info.topic not in TOPICS:
        raise CourseError(f"{item.nodeid}: has the topic {info.topic!r}, which is none of: {', '.join(sorted(TOPICS))}")
    if not info.title:
        raise CourseError(f"{item.nodeid}: has no title; give it a docstring")
    return info


def require(condition: Any, message: str) -> None:
    """Fail the check unless `condition` holds, with a message that the student may read."""
    if not condition:
        raise Failed(message)
