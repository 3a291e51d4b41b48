"""`losslab kit`: the one zip that students download."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder import course as courses
from autograder.base import files
from autograder.cli.terminal import tell


def kit(
    out: Annotated[Path | None, typer.Option(help="File to write; named after the course by default.")] = None,
) -> None:
    """Pack the zip that students download; it holds nothing hidden.

    It holds the assignments, the wheel that students install, its pinned requirements and a README.
    """
    from autograder.release import kit as making

    path = courses.find()
    course = courses.load(path)
    out = out or Path(f"{course.id}.zip")
    data = making.make(course, path.parent)
    files.write_file(out, data, "choose another place with --out")
    tell(f"{out}: {len(data) / 1024:.0f} KiB, for students; it holds nothing hidden")
