"""The feedback page of one submission: self-contained HTML without scripts and external files."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from autograder.base.text import number, plain
from autograder.course import Assignment, Course, Measure
from autograder.pages import pictures
from autograder.results import Result
from autograder.results.score import bounded, final_score

MAX_MESSAGE = 4000
STATUS_WORDS = {
    "pass": "passed",
    "fail": "failed",
    "error": "error",
    "timeout": "out of time",
    "memory": "out of memory",
    "crash": "crashed",
    "blocked": "blocked",
    "carried": "carried forward",
}


def render(
    course: Course,
    assignment: Assignment,
    result: Result,
    figures: Mapping[str, bytes] | None = None,
    pseudonym: str | None = None,
) -> str:
    """Render the page as HTML, with every text escaped. `figures` are the student's plots as PNG, by part."""
    plots = figures or {}
    hidden = {part: problem for part, png in plots.items() if (problem := pictures.why_not(png)) is not None}
    return template("page.html").render(
        course=course,
        assignment=assignment,
        result=result,
        final=final_score(result),
        titles={part.id: part.title for part in assignment.parts},
        hints={part.id: _hint_command(course, assignment, part.id) for part in assignment.parts if part.hints},
        words=STATUS_WORDS,
        notes=bounded(result.notes),
        shortened=shortened,
        figures={part: base64.b64encode(png).decode() for part, png in plots.items() if part not in hidden},
        hidden=hidden,
        measures=[
            (item.title, digits(result.measures[item.id], item.digits)) for item in _measured(assignment, result)
        ],
        pseudonym=pseudonym,
    )


def withheld(course: Course, words: str) -> str:
    """Render the page that replaces one that must not be shown; it holds nothing of the submission."""
    return template("withheld.html").render(course=course, words=words)


def _measured(assignment: Assignment, result: Result) -> list[Measure]:
    return [item for item in assignment.leaderboard if item.id in result.measures]


def digits(value: float, places: int) -> str:
    """Write a measure with its decimals; a huge one, which a student's code may return, in short form."""
    return f"{value:.{places}f}" if abs(value) < 1e9 else f"{value:.3e}"


def shortened(text: str) -> str:
    """Cut a message to the length that a page shows, and say how much is left out."""
    more = len(text) - MAX_MESSAGE
    return text if more <= 0 else f"{text[:MAX_MESSAGE]}\n… and {more} characters more"


def percent(value: float, whole: float) -> str:
    """Return the width of a bar, from 0 to 100."""
    return number(min(100.0, max(0.0, 100 * value / whole))) if whole > 0 else "0"


@functools.cache
def template(name: str) -> jinja2.Template:
    """Load a template; autoescape is on, and control characters never reach a page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_clean,
    )
    environment.filters["number"] = number
    environment.filters["topic"] = lambda name: name.replace("_", " ")
    environment.filters["percent_of"] = percent
    return environment.get_template(name)


def _clean(value: Any) -> Any:
    return plain(value) if type(value) is str else value


def _hint_command(course: Course, assignment: Assignment, part_id: str) -> str:
    """Return the `losslab hint` command, with the assignment only if several have a part of this name."""
    alone = sum(item.part(part_id) is not None for item in course.assignments) == 1
    return f"losslab hint {part_id}" if alone else f"losslab hint {assignment.id}/{part_id}"
