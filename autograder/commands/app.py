"""`losslab`, and the one place that turns an error into a line on the screen."""

from __future__ import annotations

import io
import sys

import typer

from ..errors import LossLabError
from . import export, kit, office, staff, student

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(student.check)
app.command()(student.hint)
app.command()(student.status)
app.command()(student.submit)
app.command()(staff.release)
app.command()(staff.grade)
app.command()(staff.verify)
app.command()(staff.doctor)
kit.register(app)
office.register(app)
export.register(app)


@app.callback()
def losslab() -> None:
    """LossLab: exercises on loss functions, and their autograder."""


def main() -> None:
    """Run the command line. Exit 0: done, 1: checks or verification failed, 2: wrong usage or input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that has no ✓, say, shows a question mark and goes on
            stream.reconfigure(errors="replace")
    try:
        app()
    except LossLabError as error:
        from ..feedback.page import plain

        print(f"losslab: {plain(str(error))}", file=sys.stderr)
        sys.exit(2)
