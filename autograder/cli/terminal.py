"""The teaching staff's terminal: names, paths and messages that come from students cannot control it.

All that a command prints goes through here: no escape codes, no direction marks, no markup, no forged lines.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

from autograder.base.text import one_line, plain
from autograder.student.screen import say

if TYPE_CHECKING:
    from rich.text import Text


def tell(*lines: object, stream: TextIO | None = None) -> None:
    """Print each value on one line."""
    say(*(one_line(str(line)) for line in lines), stream=stream)


def warn(*lines: object) -> None:
    """Print each value on one line of stderr."""
    tell(*lines, stream=sys.stderr)


def words(value: object) -> Text:
    """Make a cell or a line for Rich, in which markup and names of emoji stay plain text."""
    from rich.text import Text

    return Text(one_line(str(value)))


class Cleaned(io.TextIOBase):
    """A stream that lets only plain text through; it is not a terminal, so no library colours what goes there."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding

    def write(self, text: str) -> int:
        return self.stream.write(plain(text))

    def flush(self) -> None:
        self.stream.flush()
