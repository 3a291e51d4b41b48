"""The command with which students hand in: submit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import course as courses
from ..course import Assignment
from ..errors import SubmissionError
from ..public import checks as public
from ..public import work


def all_passed(verdicts: list[public.Verdict]) -> bool:
    return bool(verdicts) and all(item.status == "pass" for item in verdicts)


def _folder(root: Path, assignment: Assignment) -> Path:
    return work.folder_of(assignment, root)


def submit(
    exercise: Annotated[
        str | None, typer.Argument(help="Assignment, say 01-mse; the one of this folder by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the zip; beside the assignment by default.")] = None,
) -> None:
    """Run the public checks, and pack what you hand in."""
    from ..student import submit as packing

    path = courses.find()
    assignment = courses.load(path).assignment(exercise or Path.cwd().name)
    folder = _folder(path.parent, assignment).resolve()
    chosen = packing.choose(assignment, folder)
    verdicts = [item for item in public.run(assignment, folder) if item.status != "note"]
    if all(item.status == "missing" for item in verdicts):
        raise SubmissionError(f"{chosen}: nothing in it is started; save your work, then submit again")
    packed = packing.pack(assignment, folder, out or folder.parent / f"{assignment.id}.zip")
    passed = sum(item.status == "pass" for item in verdicts)
    print(f"{assignment.id}: {passed} of {len(verdicts)} public checks pass; hidden checks run when it is graded")
    print(f"in the zip: {', '.join(packed.names)}")
    if packed.left_out:
        print(f"not in it: {', '.join(packed.left_out)}")
    print(f"written and read back: {packed.path} (sha256 {packed.sha256[:16]}); hand in this file")
