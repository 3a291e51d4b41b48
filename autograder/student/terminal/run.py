"""A run of the public checks: its file, its verdicts, and what is remembered of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.base.errors import OutputError
from autograder.course import Assignment
from autograder.student import progress
from autograder.student.checks import reading, render, texts, work
from autograder.student.checks.verdict import Verdict


@dataclass(frozen=True)
class Run:
    """One run: the file, its verdicts, and the number of hidden checks (None: not known)."""

    assignment: Assignment
    file: str
    verdicts: list[Verdict]
    hidden: int | None

    @property
    def passed(self) -> bool:
        """Whether every public check passes; notes do not count."""
        checks = [item for item in self.verdicts if item.status != "note"]
        return bool(checks) and all(item.status == "pass" for item in checks)

    def lines(self, show_all: bool = False, only: str | None = None) -> list[str]:
        return render.render(self.assignment, self.verdicts, show_all, self.hidden, only, self.file)


def run(
    assignment: Assignment,
    folder: Path,
    home: Path | None = None,
    first: str = "",
    report: Callable[[Run], None] = lambda run: None,
    superseded: Callable[[], bool] | None = None,
) -> Run:
    """Run the public checks, and remember their verdicts below `home`.

    Part `first` runs before the others, and `report` gets its verdicts at once.

    Raises:
        SubmissionError: the file cannot be read, or a library is missing.
        Superseded: `superseded` returned true.
    """
    from autograder.student.checks import public

    mine = work.read(assignment, folder)
    hidden = public.hidden_checks(assignment, folder)

    def made_of(verdicts: list[Verdict]) -> Run:
        return Run(assignment, mine.path.name, verdicts, hidden)

    verdicts = public.run_work(assignment, folder, mine, first, lambda early: report(made_of(early)), superseded)
    made = made_of(verdicts)
    if home is not None and not any(item.title == texts.STOPPED_EARLY for item in made.verdicts):
        seen = progress.Seen(_digest(assignment, folder, mine), counts(assignment, made.verdicts))
        remember(home, assignment, seen)
    return made


def remember(home: Path, assignment: Assignment, seen: progress.Seen) -> None:
    """Keep verdicts for `status`; if they cannot be written, `status` runs the checks again."""
    with contextlib.suppress(OutputError):
        progress.update(home, lambda known: msgspec.structs.replace(known, seen={**known.seen, assignment.id: seen}))


def counts(assignment: Assignment, verdicts: list[Verdict]) -> dict[str, tuple[int, int, bool]]:
    """Return for each part: checks passed, checks, and whether it is started."""
    found = {}
    for part in assignment.parts:
        own = [item.status for item in verdicts if item.part == part.id]
        found[part.id] = (own.count("pass"), len(own), own.count("missing") < len(own))
    return found


def counted(assignment: Assignment, folder: Path, home: Path | None) -> dict[str, tuple[int, int, bool]]:
    """Return `counts` of the file as it is now; run the checks only if it has changed. Raises SubmissionError."""
    mine = work.read(assignment, folder)
    known = progress.load(home).seen.get(assignment.id) if home is not None else None
    if known is not None and known.digest == _digest(assignment, folder, mine):
        return known.parts
    if work.untouched(assignment, mine):
        return {part.id: (0, 1, False) for part in assignment.parts}
    return counts(assignment, run(assignment, folder, home).verdicts)


def _digest(assignment: Assignment, folder: Path, mine: reading.Work) -> str:
    try:
        checks = (folder / f"test_{assignment.module}.py").read_bytes()
    except OSError:
        checks = b""
    return progress.digest(mine.path.name.encode(), mine.data, checks)
