"""The class report: how each assignment went, which checks were hardest, and every score."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from autograder.course import Assignment, Course
from autograder.pages import leaderboard
from autograder.pages.feedback import template
from autograder.results import EARNED, CheckResult, Result
from autograder.results.score import final_score

_BINS = 10
_HARDEST = 8


@dataclass(frozen=True)
class HardCheck:
    """A check that some students did not pass."""

    part: str
    title: str
    kind: str
    topic: str
    passed: int
    tried: int


@dataclass(frozen=True)
class Topic:
    """The points of all checks of a topic, such as weights or lists: how many the class has lost, and of how many."""

    name: str
    kinds: tuple[str, ...]
    lost: float
    points: float


@dataclass(frozen=True)
class Asked:
    """A part whose hints students asked for: how many students in all, and up to each level."""

    part: str
    students: int
    levels: tuple[int, int, int]


@dataclass(frozen=True)
class Summary:
    """One assignment over the class. `bins` counts final scores in tenths of the maximum; the mean of none is None."""

    id: str
    title: str
    graded: int
    rejected: int
    mean: float | None
    median: float | None
    max_score: float
    bins: list[int]
    hardest: list[HardCheck]
    topics: list[Topic]
    asked: list[Asked]


def render(
    course: Course,
    results: list[Result],
    title: str,
    pseudonyms: dict[str, str] | None = None,
    withheld: Sequence[str] = (),
) -> str:
    """Render the report as HTML; a leaderboard uses `pseudonyms`, and is left out without them.

    `withheld` are lines on what was not written for students because it would show hidden material.
    """
    by_assignment: dict[str, list[Result]] = defaultdict(list)
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        by_assignment[result.assignment].append(result)
        rows[result.student][result.assignment] = result
    summaries = [summary(item, by_assignment[item.id]) for item in course.assignments if by_assignment[item.id]]
    boards = {
        item.id: leaderboard.ranking(item, by_assignment[item.id], pseudonyms)
        for item in course.assignments
        if pseudonyms
    }
    return template("report.html").render(
        course=course,
        title=title,
        withheld=withheld,
        summaries=summaries,
        rows=rows,
        final=final_score,
        link=link,
        boards=boards,
        measures={item.id: item.leaderboard for item in course.assignments},
    )


def link(result: Result) -> str:
    """Return the path of a feedback page, relative to the report."""
    return f"feedback/{_quoted(result.student)}/{_quoted(result.assignment)}.html"


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="surrogateescape")  # a folder's name need not be UTF-8


def summary(assignment: Assignment, results: list[Result]) -> Summary:
    """Summarise an assignment; rejected submissions are counted, but are left out of mean, median and histogram."""
    graded = [result for result in results if result.status == "graded"]
    scores = [final_score(result) for result in graded]
    return Summary(
        id=assignment.id,
        title=assignment.title,
        graded=len(graded),
        rejected=len(results) - len(graded),
        mean=statistics.mean(scores) if scores else None,
        median=statistics.median(scores) if scores else None,
        max_score=assignment.max_score,
        bins=_histogram(scores, assignment.max_score),
        hardest=_hardest(graded),
        topics=_topics(graded),
        asked=_asked(assignment, results),
    )


def _asked(assignment: Assignment, results: list[Result]) -> list[Asked]:
    """Return parts in order. Only submissions packed by `losslab submit` report hints; others are not counted."""
    found = []
    for part in assignment.parts:
        levels = [result.hints[part.id] for result in results if part.id in result.hints]
        if levels:
            found.append(Asked(part.id, len(levels), (levels.count(1), levels.count(2), levels.count(3))))
    return found


def _histogram(scores: list[float], top: float) -> list[int]:
    """Count scores in ten equal bins; the maximum falls into the last."""
    bins = [0] * _BINS
    for value in scores:
        bins[min(_BINS - 1, int(_BINS * value / top))] += 1
    return bins


def _hardest(graded: list[Result]) -> list[HardCheck]:
    tally: dict[tuple[str, str, str, str], list[bool]] = defaultdict(list)
    for result in graded:
        for part in result.parts:
            for check in part.checks:
                tally[part.id, check.title, check.kind, check.topic].append(check.status in EARNED)
    checks = [HardCheck(*what, sum(passed), len(passed)) for what, passed in tally.items()]
    missed = [check for check in checks if check.passed < check.tried]
    return sorted(missed, key=lambda check: (check.passed / check.tried, check.part, check.title))[:_HARDEST]


def _topics(graded: list[Result]) -> list[Topic]:
    """Return the topics in which points were lost, those with the largest share first."""
    checks: dict[str, list[CheckResult]] = defaultdict(list)
    for result in graded:
        for part in result.parts:
            for check in part.checks:
                checks[check.topic].append(check)
    found = []
    for name, those in checks.items():
        points = sum(check.max_points for check in those)
        lost = points - sum(check.points for check in those)
        if lost > 0:
            found.append(Topic(name, tuple(sorted({check.kind for check in those})), lost, points))
    return sorted(found, key=lambda item: (-item.lost / item.points, item.name))
