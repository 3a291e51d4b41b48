"""The class report: how each assignment went, which checks were hardest, and every score."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import quote

from ..course import Course
from ..results import Result
from .page import template

_BINS = 10


@dataclass(frozen=True)
class Summary:
    """One assignment over the class; `bins` counts final scores in tenths of the maximum."""

    id: str
    title: str
    graded: int
    rejected: int
    mean: float
    median: float
    max_score: float
    bins: list[int]
    hardest: list[tuple[str, str, int, int]]


def render(course: Course, results: list[Result], title: str) -> str:
    """HTML of the report."""
    by_assignment = {
        item.id: [result for result in results if result.assignment == item.id] for item in course.assignments
    }
    summaries = [
        _summary(item.id, item.title, by_assignment[item.id]) for item in course.assignments if by_assignment[item.id]
    ]
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        rows[result.student][result.assignment] = result
    return template("report.html").render(title=title, summaries=summaries, rows=rows, final=final_score, link=_link)


def final_score(result: Result) -> float:
    """The score after the late penalty."""
    return max(0.0, result.score - result.late_penalty)


def _link(result: Result) -> str:
    return f"feedback/{quote(result.student, safe='')}/{quote(result.assignment, safe='')}.html"


def _summary(assignment_id: str, title: str, results: list[Result]) -> Summary:
    graded = [result for result in results if result.problem is None]
    scores = [final_score(result) for result in graded] or [0.0]
    top = results[0].max_score
    bins = [0] * _BINS
    for value in scores if graded else []:
        bins[min(_BINS - 1, int(_BINS * value / top))] += 1
    return Summary(
        assignment_id,
        title,
        len(graded),
        len(results) - len(graded),
        statistics.mean(scores),
        statistics.median(scores),
        top,
        bins,
        _hardest(graded),
    )


def _hardest(graded: list[Result], count: int = 8) -> list[tuple[str, str, int, int]]:
    """Part, title, how many passed, how many tried; the fewest first."""
    tally: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in graded:
        for part in result.parts:
            for check in part.checks:
                tally[part.id, check.title].append(check.status == "pass")
    rows = [(part, title, sum(passed), len(passed)) for (part, title), passed in tally.items()]
    return sorted(rows, key=lambda row: (row[2] / row[3], row[0], row[1]))[:count]
