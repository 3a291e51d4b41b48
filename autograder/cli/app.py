"""`losslab`, and the one place that turns an error into a line on the screen."""

from __future__ import annotations

import importlib
import io
import sys

import typer

from autograder.base.characters import plain
from autograder.base.errors import LossLabError

# Where each command lives: the module of the one that is called is imported, and no other.
COMMANDS = {
    "check": "study",
    "hint": "study",
    "status": "study",
    "predict": "study",
    "submit": "student",
    "new": "staff",
    "release": "staff",
    "kit": "kit",
    "grade": "staff",
    "verify": "staff",
    "doctor": "staff",
    "regrade": "office",
    "replay": "office",
    "export": "export",
    "import-roster": "export",
}


def build(arguments: list[str]) -> typer.Typer:
    """The command line for these arguments; for `--help`, and where the command is not known, all of it."""
    # Without markup, help and errors are plain text: quick, and fit for a screen reader.
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(losslab)
    named = next((word for word in arguments if not word.startswith("-")), "")
    for name in [named] if named in COMMANDS else COMMANDS:
        module = importlib.import_module(f"{__package__}.{COMMANDS[name]}")
        app.command(name)(getattr(module, name.replace("-", "_")))
    return app


def losslab() -> None:
    """LossLab: exercises on loss functions, and their autograder."""


def main() -> None:
    """Run the command line. Exit 0: done, 1: checks or verification failed, 2: wrong usage or input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that has no ✓, say, shows a question mark and goes on
            stream.reconfigure(errors="replace")
    if any(plain(word) != word for word in sys.argv):
        from autograder.cli.terminal import Cleaned

        sys.stderr = Cleaned(sys.stderr)  # a usage error shows the words that were given, a shell's `*` among them
    try:
        build(sys.argv[1:])()
    except LossLabError as error:
        from autograder.cli.terminal import warn

        warn(f"losslab: {error}")
        sys.exit(2)
