"""`losslab --help`: one list for students and one for staff, with every command and no line cut short."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys

import pytest

from autograder.cli import app


def lines(*words: str, columns: int = 80) -> list[str]:
    """What `losslab` prints for these words on a terminal of that width."""
    environment = {**os.environ, "COLUMNS": str(columns), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "autograder", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def panels(printed: list[str]) -> dict[str, list[str]]:
    """The names below each heading, in their order."""
    found: dict[str, list[str]] = {}
    for line in printed:
        if line.endswith(":") and not line.startswith(" "):
            names = found.setdefault(line.removesuffix(":"), [])
        elif line.startswith("  ") and not line.startswith("   ") and found:
            names.append(line.split()[0])
    return found


def summary(name: str) -> str:
    """The first line of a command's docstring."""
    module = importlib.import_module(f"autograder.cli.{app.COMMANDS[name]}")
    return inspect.getdoc(getattr(module, name.replace("-", "_"))).partition("\n")[0]  # type: ignore[union-attr]


def test_help_lists_the_commands_of_students_and_of_staff_apart() -> None:
    shown = panels(lines("--help"))
    assert list(shown) == ["Options", "For students", "For staff"]
    assert shown["For students"] == ["check", "hint", "status", "predict", "submit"]
    assert sorted(shown["For students"] + shown["For staff"]) == sorted(app.COMMANDS)


def test_help_lists_every_command_where_one_is_named_after_it() -> None:
    assert lines("--help", "check") == lines("--help")


def test_help_gives_each_command_one_whole_line_at_80_columns() -> None:
    shown = lines("--help")
    assert max(map(len, shown)) <= 80
    rows = [line.split(maxsplit=1) for line in shown if line.startswith("  ")]
    assert [name for name in app.COMMANDS if [name, summary(name)] not in rows] == []


def test_help_loses_no_word_on_a_narrow_terminal() -> None:
    shown = " ".join(" ".join(lines("--help", columns=50)).split())
    assert [name for name in app.COMMANDS if f"{name} {summary(name)}" not in shown] == []


@pytest.mark.parametrize("name", app.COMMANDS)
def test_help_of_a_command_begins_with_one_complete_imperative_line(name: str) -> None:
    first = summary(name)
    assert first in [line.strip() for line in lines(name, "--help")]
    verb = first.split()[0]
    assert first.endswith(".") and verb.istitle() and not verb.endswith(("s", "ed", "ing"))
