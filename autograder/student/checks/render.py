"""The lines that `losslab check` prints: at most five for a failure, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course import Assignment, Part
from autograder.student.checks import texts
from autograder.student.checks.verdict import Verdict

WIDTH = 72


def render(
    assignment: Assignment,
    verdicts: list[Verdict],
    show_all: bool = False,
    hidden: int | None = None,
    only: str | None = None,
    file: str = "",
) -> list[str]:
    """Return the lines on a run. `hidden` is the number of hidden checks, `only` limits the lines to one part.

    `file` is the name of the student's file.
    """
    checks = [item for item in verdicts if item.status != "note" and only in (None, item.part)]
    begun = {item.part for item in checks if item.status != "missing"}
    notes = [item for item in verdicts if item.status == "note"]
    lines = [line for item in notes if item.source for line in _broken(item)]
    told: set[str] = set()
    for index, item in enumerate(checks):
        if item.status == "pass":
            lines.append(f"✓ {item.part} · {item.title}")
        elif item.status != "missing" or show_all or item.part in begun:
            lines += _failure(assignment, item, item.part in told, _is_last(checks[index + 1 :], item.part))
            told.add(item.part)
    idle = [part.id for part in assignment.parts if part.id not in begun and not part.manual]
    if idle and only is None:
        lines.append("· " + texts.IDLE.format(parts=", ".join(idle)))
    lines += [f"! {item.title}: {item.message}" for item in notes if not item.source]
    return lines if only is not None else lines + list(_last_words(assignment, checks, idle, hidden, file))


def _is_last(following: list[Verdict], part: str) -> bool:
    return not any(item.status != "pass" for item in following if item.part == part)


def _failure(assignment: Assignment, item: Verdict, told: bool, last_of_part: bool) -> list[str]:
    """Show points next to a part's first failure, and what to do next below its last one."""
    part = assignment.part(item.part)
    sign = "·" if item.status == "missing" else "✗"
    lines = [_title(f"{sign} {item.part} · {item.title}", None if told else part)]
    lines.append(_aside(f"  {item.message}", item.inputs))
    if item.source:
        lines.append("  " + texts.SOURCE.format(source=item.source))
    if item.lesson:
        lines.append(f"  {item.lesson}")
    if last_of_part and part is not None and part.hints:
        lines.append("  " + texts.NEXT_HINT.format(part=f"{assignment.id}/{item.part}"))
    return lines


def _title(text: str, part: Part | None) -> str:
    return _aside(text, texts.POINTS.format(points=part.points)) if part is not None else text


def _aside(text: str, right: str) -> str:
    """Put `right` at the right edge, or after two blanks if the text is too long for that."""
    return f"{text}{' ' * max(2, WIDTH - len(text) - len(right))}{right}" if right else text


def _broken(item: Verdict) -> Iterator[str]:
    yield f"✗ {item.title}"
    yield "  " + texts.SOURCE.format(source=item.source)
    yield f"  {item.message}"


def _last_words(
    assignment: Assignment, checks: list[Verdict], idle: list[str], hidden: int | None, file: str
) -> Iterator[str]:
    passed = sum(item.status == "pass" for item in checks)
    failing = any(item.status != "pass" and item.part not in idle for item in checks)
    if not failing and idle:
        yield texts.NEXT_PART.format(part=idle[0], file=file or f"{assignment.module}.py", exercise=assignment.id)
    waiting = texts.HIDDEN.format(count=hidden) if hidden else texts.HIDDEN_UNKNOWN
    if passed == len(checks):
        yield texts.ALL_PASSED.format(hidden=waiting)
    else:
        yield texts.SOME_PASSED.format(passed=passed, total=len(checks), hidden=waiting)
