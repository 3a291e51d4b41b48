"""The teaching staff's terminal: names, paths and messages come from students, and drive nothing there.

What a command prints goes through here: no escape codes, no direction marks, no markup, and no line that a name has forged.
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
    """Print each on one line."""
    say(*(one_line(str(line)) for line in lines), stream=stream)


def warn(*lines: object) -> None:
    """Print each on one line of stderr."""
    tell(*lines, stream=sys.stderr)


def words(value: object) -> Text:
    """A cell or a line for Rich: what looks like its markup or the name of an emoji is text."""
    from rich.text import Text

    return Text(one_line(str(value)))


class Cleaned(io.TextIOBase):
    """A stream that lets text through and nothing else; it is no terminal, so that nobody colours what goes there."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding

    def write(self, text: str) -> int:
        return self.stream.write(plain(text))

    def flush(self) -> None:
        self.stream.flush()
