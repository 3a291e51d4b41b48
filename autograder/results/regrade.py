"""What changes when a class is graded again: read the stored Results, and compare them with new ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from autograder.base.errors import OutputError
from autograder.base.text import number
from autograder.course import paths
from autograder.results import CheckResult, PartResult, Provenance, Result
from autograder.results.score import final_score

# What a check says and earns; its message alone may change without anybody's points.
_TITLES = {
    "graders": "graders, reference or the program that grades",
    "course": "points, parts or limits in course.yml",
    "environment": "environment",
    "round": "the round of the random inputs",
}


class Change(msgspec.Struct, frozen=True):
    """One submission whose score or verdicts would change; `reasons` say which checks, parts or rules."""

    student: str
    assignment: str
    before: float | None
    after: float | None
    reasons: list[str]

    @property
    def difference(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)


def stored(out: Path) -> dict[tuple[str, str], Result]:
    """Read the Results in DIR/results, by student and assignment.

    Raises:
        OutputError: one of them cannot be read.
    """
    found = {}
    for path in sorted((out / paths.RESULTS).glob("*/*.json")):
        try:
            result = msgspec.json.decode(path.read_bytes(), type=Result)
        except OSError as error:
            raise OutputError(f"{path}: cannot be read ({error.strerror}); fix its permissions") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OutputError(f"{path}: is not a result ({error}); remove it and grade again") from None
        found[result.student, result.assignment] = result
    return found


def changes(before: dict[tuple[str, str], Result], after: list[Result]) -> list[Change]:
    """Return the submissions that change, those that lose or gain most first."""
    found = []
    for result in after:
        old = before.get((result.student, result.assignment))
        reasons = ["has not been graded before"] if old is None else list(reasons_of(old, result))
        if reasons:
            old_score = None if old is None else final_score(old)
            found.append(Change(result.student, result.assignment, old_score, final_score(result), reasons))
    return sorted(found, key=lambda change: (-abs(change.difference), change.student, change.assignment))


def reasons_of(old: Result, new: Result) -> Iterator[str]:
    """Yield what differs, from the submission down to the checks."""
    if old.submission_sha256 != new.submission_sha256:
        yield "handed in again"
    if old.problem != new.problem:
        yield f"rejected: {new.problem}" if new.problem else f"no longer rejected ({old.problem})"
    parts = {part.id: part for part in old.parts}
    for part in new.parts:
        yield from _of_part(parts.pop(part.id, None), part)
    for name in parts:
        yield f"part {name} is gone"
    if abs(old.late_penalty - new.late_penalty) > 1e-9:
        yield f"late penalty {number(old.late_penalty)} → {number(new.late_penalty)}"
    if abs(final_score(old) - final_score(new)) > 1e-9 and old.max_score != new.max_score:
        yield f"of {number(old.max_score)} → of {number(new.max_score)} points"


def _of_part(old: PartResult | None, new: PartResult) -> Iterator[str]:
    if old is None:
        yield f"part {new.id} is new"
        return
    known = {check.id: check for check in old.checks}
    told = False
    for check in new.checks:
        before = known.pop(check.id, None)
        if before is None or (before.status, before.points) != (check.status, check.points):
            told = True
            yield f"{new.id}: {_of_check(before, check)}"
    for check in known.values():
        told = True
        yield f"{new.id}: check {check.id} is gone ({number(check.points)} points)"
    if not told and abs(old.score - new.score) > 1e-9:
        yield f"{new.id}: {number(old.score)} → {number(new.score)} (by hand, or its points)"


def _of_check(old: CheckResult | None, new: CheckResult) -> str:
    if old is None:
        return f"check {new.id} is new ({new.status}, {number(new.points)} of {number(new.max_points)} points)"
    points = f"{number(old.points)} → {number(new.points)} points"
    return f"{new.id} {old.status} → {new.status}, {points}"


def origins_differ(old: Result, new: Result) -> list[str]:
    """Return which of the things that an outcome depends on differ now."""
    lines = [] if old.submission_sha256 == new.submission_sha256 else ["the submission has changed"]
    if old.sandbox != new.sandbox:
        lines.append(f"the wall was {old.sandbox} and is now {new.sandbox}")
    if old.provenance is None or new.provenance is None:
        return [*lines, "the earlier result does not say what it was made with"]
    for name in Provenance.__struct_fields__:
        before, after = getattr(old.provenance, name), getattr(new.provenance, name)
        if before == after or (name == "round" and old.submission_sha256 != new.submission_sha256):
            continue  # a changed submission always has another round
        what = _TITLES.get(name, "the secret of graders/secret.txt")
        lines.append(f"{what}: {before or 'none'} then, {after or 'none'} now")
    return lines
