"""Verdicts as a notebook shows them: HTML, and the same in plain text. States are words, so no colour is needed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from autograder.course import Assignment, Part
from autograder.student.checks import texts
from autograder.student.checks.public import Verdict

_MARKS = {"pass": "✓", "missing": "·"}
_BAR = "border-left: 4px solid {}; padding: 0.1em 0.8em; margin: 0.4em 0; line-height: 1.5"


@dataclass(frozen=True)
class View:
    """What IPython is given to show: HTML for notebooks, text for consoles."""

    html: str
    text: str

    @property
    def bundle(self) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def verdicts(assignment: Assignment, found: list[Verdict], part: Part | None = None) -> View:
    """Show the checks of one part, or of all parts that are started, and what to do next."""
    checks = [item for item in found if item.status != "note"]
    begun = {item.part for item in checks if item.status != "missing"}
    wanted = [item for item in checks if (item.part == part.id if part else item.part in begun)]
    notes = [item for item in found if item.status == "note"]
    idle = [item.id for item in assignment.parts if item.id not in begun and not item.manual]
    shown = wanted if any(item.status != "missing" for item in wanted) else []
    lines = [_headline(wanted, part), *map(_line, shown)]
    lines += [f"! {item.title}: {item.message}" for item in notes]
    if part is None and idle:
        lines.append("· " + texts.IDLE.format(parts=", ".join(idle)))
    following = next((item.part for item in wanted if item.status != "pass"), None)
    if following is not None:
        lines.append(texts.CELL_NEXT.format(part=following))
    passed = bool(wanted) and all(item.status == "pass" for item in wanted)
    return View(_html(lines, "#2e7d32" if passed else "#b26a00"), "\n".join(lines))


def message(text: str) -> View:
    """Show one line that is not a verdict."""
    return View(_html([text], "#607d8b"), text)


def _headline(wanted: list[Verdict], part: Part | None) -> str:
    what = texts.CELL_PART.format(part=part.id, title=part.title) if part else texts.CELL_ALL_PARTS
    if part and part.manual:
        return texts.CELL_MANUAL.format(what=what)
    if part and all(item.status == "missing" for item in wanted):
        return texts.CELL_IDLE.format(what=what)
    if not wanted:
        return texts.CELL_NOTHING
    passed = sum(item.status == "pass" for item in wanted)
    if passed == len(wanted):
        return texts.CELL_PASSED.format(what=what)
    return texts.CELL_SOME.format(what=what, passed=passed, total=len(wanted))


def _line(item: Verdict) -> str:
    mark, word = _MARKS.get(item.status, "✗"), texts.CELL_STATES[item.status]
    said = [item.message, item.inputs, item.lesson] if item.status not in ("pass", "missing") else []
    lines = [line for text in said for line in text.splitlines()]
    return "\n  ".join([f"{mark} {word} · {item.part} · {item.title}", *lines])


def _html(lines: list[str], colour: str) -> str:
    """Build the HTML, all of it escaped: titles and messages quote the text of a student's own objects."""
    first, *rest = (escape(line).replace("\n  ", "<br>&emsp;").replace("\n", "<br>") for line in lines)
    below = "".join(f"<div>{line}</div>" for line in rest)
    return f'<div style="{_BAR.format(colour)}"><div><strong>{first}</strong></div>{below}</div>'
