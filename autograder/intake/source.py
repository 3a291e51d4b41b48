"""Make one module from a script or notebook, with its magics, and without cells that do not parse."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from typing import Any

from autograder.base.errors import SubmissionError
from autograder.intake.magics import without_magics

# Python's own parser takes 20 s and 3 GiB for 4 MB of short statements.
MAX_SOURCE_BYTES, MAX_CELLS, MAX_MAGICS = 256 << 10, 2000, 100
_CELL_MARK = re.compile(r"^# %%", re.MULTILINE)


def from_script(name: str, data: bytes) -> tuple[str, list[str]]:
    """Return the text of a script, and notes on what was left out.

    Raises:
        SubmissionError: the script is not UTF-8, or no part of it is Python.
    """
    _bound(name, len(data))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SubmissionError(
            f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8 and hand it in again"
        ) from None
    problem = syntax_problem(text)
    if problem is None:
        return text, []
    starts = [match.start() for match in _CELL_MARK.finditer(text)]
    if not starts:
        raise SubmissionError(f"{name} {problem}; run it once before you hand it in")
    edges = sorted({0, *starts, len(text)})  # no empty cell before a mark on the first line
    return join_cells(name, [text[a:b] for a, b in itertools.pairwise(edges)])


def from_notebook(name: str, data: bytes) -> tuple[str, list[str]]:
    """Return the code cells of a notebook as one module, and notes on what was left out.

    Raises:
        SubmissionError: the file is not a notebook, or none of its code is Python.
    """
    cells = _code_cells(name, data)
    if not any(cell.strip() for cell in cells):
        raise SubmissionError(f"{name}: has no code; hand in the notebook you worked in")
    _bound(name, sum(len(cell) for cell in cells))
    converted = [without_magics(cell) for cell in cells]
    if sum(count for _, count in converted) > MAX_MAGICS:
        raise SubmissionError(f"{name}: has more than {MAX_MAGICS} lines of IPython's magics; take them out")
    return join_cells(name, [text for text, _ in converted])


def _code_cells(name: str, data: bytes) -> list[str]:
    """Return the texts of the code cells, for any version of the format. Raises SubmissionError."""
    try:
        notebook = read_notebook(name, data)
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        return [cell + "" for cell in cells]  # raises unless it is text
    except UnicodeDecodeError as error:
        raise SubmissionError(f"{name}: is not UTF-8 (byte {error.start}); save it again from Jupyter") from None
    except (SubmissionError, MemoryError):
        raise
    except Exception as error:  # nbformat's converters raise anything on a damaged notebook
        kind = type(error).__name__
        raise SubmissionError(f"{name}: is not a whole notebook ({kind}); save it again from Jupyter") from None


def read_notebook(name: str, data: bytes, attachments: bool = False) -> Any:
    """Read a notebook in the form of nbformat 4, without outputs, which are large and not needed here.

    `attachments` keeps the pictures in written answers: people see them, but checks do not use them.

    Raises:
        SubmissionError: it has too many cells.
        Exception: anything that nbformat raises on a damaged notebook.
    """
    import nbformat  # imported late: it takes a second, and a script does not need it

    raw = nbformat.reader.parse_json(data.decode("utf-8-sig"))
    sheets = [raw, *raw.get("worksheets", [])]  # nbformat 3 keeps its cells in worksheets
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"{name}: has more than {MAX_CELLS} cells; hand in the notebook you worked in")
    for cell in cells:
        if not attachments:
            cell.pop("attachments", None)
        if "outputs" in cell:
            cell["outputs"] = []
    major, minor = nbformat.reader.get_version(raw)
    return nbformat.convert(nbformat.versions[major].to_notebook_json(raw, minor=minor), 4)


def _bound(name: str, size: int) -> None:
    if size > MAX_SOURCE_BYTES:
        raise SubmissionError(f"{name}: has more than {MAX_SOURCE_BYTES >> 10} KiB of code; hand in your own code only")


def join_cells(name: str, cells: Sequence[str]) -> tuple[str, list[str]]:
    """Join the cells that parse; a cell that does not is noted and replaced by blank lines, to keep line numbers."""
    kept: list[str] = []
    notes: list[str] = []
    line = 1
    for number, cell in enumerate(cells, start=1):
        text = cell if cell.endswith("\n") else cell + "\n"
        problem = syntax_problem(text, line)
        if problem is not None:
            notes.append(f"{name} {problem}; cell {number} was left out")
            text = "\n" * text.count("\n")
        kept.append(text)
        line += text.count("\n")
    if not any(text.strip() for text in kept):
        raise SubmissionError(
            f"{notes[0] if notes else name}: nothing of it is Python; run it once before you hand it in"
        )
    return "".join(kept), notes


def syntax_problem(text: str, first_line: int = 1) -> str | None:
    """Return None if the text is Python, else the line and the reason."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return f"line {(error.lineno or 1) + first_line - 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"cannot be parsed ({error})"
    return None
