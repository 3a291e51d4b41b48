"""Read CSV from any spreadsheet, and write CSV that reads back unchanged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.base.errors import OutputError
from autograder.base.text import plain

Cell = str | float

# What a spreadsheet takes for the start of a formula, also in East Asia's wide and small forms, and the apostrophe.
_FORMULA = "[=+\\-@\\t\\r'＝＋－＠﹢﹣﹦﹫]"
# Where a cell begins: at the start of the text, and where a spreadsheet that splits at semicolons or tabs starts a new
# cell.
_BEGIN = r'(^|[;\t\n\r])((?:(?![\t\n\r])[\s"])*)'
_GUARD, _UNGUARD = re.compile(f"{_BEGIN}(?={_FORMULA})"), re.compile(f"{_BEGIN}'(?={_FORMULA})")
# At worst such a text computes a sum or a wrong name: it cannot call anything.
_HARMLESS = re.compile(r"[\w.@+=\- ]*")


def text_of(rows: Iterable[Sequence[Cell]], line_end: str = "\r\n") -> str:
    """Return rows as CSV. Texts are quoted and numbers are not, so the student 007 differs from the number 7."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def rounded(value: float) -> float:
    """Round off the error of adding floats; a whole number loses its `.0`."""
    short = round(value, 6)
    return int(short) if short == int(short) else short


def guarded(cell: Cell) -> Cell:
    """Put an apostrophe before a text that a spreadsheet would compute, or that already has an apostrophe."""
    return _GUARD.sub(r"\1\2'", cell) if isinstance(cell, str) else cell


def unguarded(text: str) -> str:
    """Return the text as it was before it was guarded."""
    return _UNGUARD.sub(r"\1\2", text)


def shown(cell: Cell) -> Cell:
    """Return a cell as people should see it: guarded, without invisible characters. Numbers stay numbers."""
    return guarded(plain(cell)) if isinstance(cell, str) else cell


def exact(text: str) -> str:
    """Return an id that another system looks up: unchanged, unless a spreadsheet could call something because of it."""
    return text if _HARMLESS.fullmatch(text) else str(shown(text))


def read(path: Path) -> list[list[str]]:
    """Read the rows of a CSV file with commas, semicolons or tabs, in UTF-8 with or without a BOM, or in UTF-16.

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
