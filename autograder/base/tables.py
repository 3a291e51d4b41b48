"""CSV in and out: what is written is read back as it was, and what is read may come from any spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.base.errors import OutputError
from autograder.base.text import plain

Cell = str | float

# What a spreadsheet takes for the beginning of a formula, in the wide and small letters of East Asia too, and the apostrophe.
_FORMULA = "[=+\\-@\\t\\r'＝＋－＠﹢﹣﹦﹫]"
# Where a cell begins: at the start, and where a spreadsheet that expects semicolons or tabs would see another cell begin.
_BEGIN = r'(^|[;\t\n\r])((?:(?![\t\n\r])[\s"])*)'
_GUARD, _UNGUARD = re.compile(f"{_BEGIN}(?={_FORMULA})"), re.compile(f"{_BEGIN}'(?={_FORMULA})")
# Such a text computes a sum or a wrong name at worst: it can call nothing.
_HARMLESS = re.compile(r"[\w.@+=\- ]*")


def text_of(rows: Iterable[Sequence[Cell]], line_end: str = "\r\n") -> str:
    """Texts are quoted, numbers are not, so that a reader can tell the student 007 from a number."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def rounded(value: float) -> float:
    """Without the dust of adding floats, and a whole number without its `.0`."""
    short = round(value, 6)
    return int(short) if short == int(short) else short


def guarded(cell: Cell) -> Cell:
    """A text that a spreadsheet would compute gets an apostrophe in front, and so does one that has one already."""
    return _GUARD.sub(r"\1\2'", cell) if isinstance(cell, str) else cell


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return _UNGUARD.sub(r"\1\2", text)


def shown(cell: Cell) -> Cell:
    """A cell that people read: guarded, without characters that nobody sees. Numbers stay numbers."""
    return guarded(plain(cell)) if isinstance(cell, str) else cell


def exact(text: str) -> str:
    """An id that another system looks up: as it is, unless a spreadsheet would call something for it."""
    return text if _HARMLESS.fullmatch(text) else str(shown(text))


def read(path: Path) -> list[list[str]]:
    """Rows of a CSV file with commas, semicolons or tabs, UTF-8 with or without a mark, or UTF-16.

    Raises:
        OutputError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}); name a CSV file") from None
    except UnicodeDecodeError:
        raise OutputError(f"{path}: is not UTF-8; save it as `CSV UTF-8`") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(row)]
    except csv.Error as error:
        raise OutputError(f"{path}: is not whole CSV ({error}); export it again") from None
