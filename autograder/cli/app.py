"""`losslab`, and the one place that turns an error into a line on the screen."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from autograder.base.errors import LossLabError
from autograder.base.text import plain

# Each command and the module that it lives in: only the module of the command that is called gets imported.
PANELS = {
    "For students": {
        "check": "study",
        "hint": "study",
        "status": "study",
        "predict": "study",
        "submit": "student",
    },
    "For staff": {
        "new": "staff",
        "release": "staff",
        "kit": "kit",
        "grade": "staff",
        "verify": "proof",
        "doctor": "staff",
        "regrade": "office",
        "replay": "office",
        "export": "export",
        "import-roster": "export",
    },
}
COMMANDS = {name: module for panel in PANELS.values() for name, module in panel.items()}


class _Panels(TyperGroup):
    """Lists the commands of each audience apart. Typer's own plain list cuts summaries short; its panels need Rich."""

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Write each panel that has commands; a summary is the first paragraph of a command's docstring."""
        for heading, names in PANELS.items():
            summaries = {name: self.commands[name].help or "" for name in names if name in self.commands}
            if summaries:
                with formatter.section(heading):
                    formatter.write_dl([(name, text.partition("\n\n")[0]) for name, text in summaries.items()])


def build(arguments: list[str]) -> typer.Typer:
    """Build the command line for these arguments: the command that comes first, or all of them."""
    # Without markup, help and errors are plain text: quick, and fit for a screen reader.
    app = typer.Typer(
        cls=_Panels, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback()(losslab)
    named = arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS
    for name in named:
        module = importlib.import_module(f"{__package__}.{COMMANDS[name]}")
        app.command(name)(getattr(module, name.replace("-", "_")))
    return app


def losslab() -> None:
    """LossLab: exercises on loss functions, and their autograder."""


def main() -> None:
    """Run the command line. Exit 0: done, 1: checks or verification failed, 2: wrong usage or input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console without ✓, for example, shows a question mark and goes on
            stream.reconfigure(errors="replace")
    if any(plain(word) != word for word in sys.argv):
        from autograder.cli.terminal import Cleaned

        sys.stderr = Cleaned(
            sys.stderr
        )  # a usage error repeats the words that were given, which a shell's `*` may have filled in
    try:
        build(sys.argv[1:])()
    except LossLabError as error:
        from autograder.cli.terminal import warn

        warn(f"losslab: {error}")
        sys.exit(2)
