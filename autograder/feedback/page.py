"""The feedback page of one submission: self-contained HTML, without scripts and without anything from elsewhere."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jinja2

from ..course import Assignment, Course
from ..results import Result

# Control characters, and those that turn the direction of text around.
_CONTROL = {
    code: None
    for code in [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
}


def render(course: Course, assignment: Assignment, result: Result) -> str:
    """HTML of the page; every text of it is escaped."""
    final = max(0.0, result.score - result.late_penalty)
    titles = {part.id: part.title for part in assignment.parts}
    return template("page.html").render(course=course, assignment=assignment, result=result, final=final, titles=titles)


@functools.cache
def template(name: str) -> jinja2.Template:
    """A template of this package; autoescape is on, and control characters never reach a page."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_clean,
    )
    environment.filters["number"] = lambda value: f"{value:g}"
    return environment.get_template(name)


def _clean(value: Any) -> Any:
    return value.translate(_CONTROL) if type(value) is str else value
