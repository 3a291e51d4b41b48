"""Make one module of what students write in: scripts and notebooks, with magics, and cells that do not parse."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence

from ..errors import SubmissionError

# Python's own parser takes 20 s and 3 GiB for 4 MB of short statements; IPython's takes the square of a cell's magics.
MAX_SOURCE_BYTES, MAX_CELLS, MAX_MAGICS = 256 << 10, 2000, 100
_PYTHON_CELL_MAGICS = ("time", "timeit", "capture", "prun")
_CELL_MARK = re.compile(r"^# %%", re.MULTILINE)


def from_script(name: str, data: bytes) -> tuple[str, list[str]]:
    """Text of a script, and notes on what was left out.

    Raises:
        SubmissionError: not UTF-8, or no part of it is Python.
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
    """The code cells of a notebook as one module, and notes on what was left out.

    Raises:
        SubmissionError: not a notebook, or none of its code is Python.
    """
    import nbformat  # late: it takes a second, and a script does not need it

    try:
        text = data.decode("utf-8-sig")
        if text.count('"cell_type"') > MAX_CELLS:
            raise SubmissionError(f"{name}: has more than {MAX_CELLS} cells; hand in the notebook you worked in")
        notebook = nbformat.reads(text, as_version=4)
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    except UnicodeDecodeError as error:
        raise SubmissionError(f"{name}: is not UTF-8 (byte {error.start}); save it again from Jupyter") from None
    except SubmissionError:
        raise
    except Exception as error:  # nbformat lets through whatever its converters stumble over
        kind = type(error).__name__
        raise SubmissionError(f"{name}: is not a whole notebook ({kind}); save it again from Jupyter") from None
    if not any(isinstance(cell, str) and cell.strip() for cell in cells):
        raise SubmissionError(f"{name}: has no code; hand in the notebook you worked in")
    _bound(name, sum(len(cell) for cell in cells))
    if sum(map(_is_magic, itertools.chain.from_iterable(cell.split("\n") for cell in cells))) > MAX_MAGICS:
        raise SubmissionError(f"{name}: has more than {MAX_MAGICS} lines of IPython's magics; take them out")
    return join_cells(name, [without_magics(cell) for cell in cells])


def _bound(name: str, size: int) -> None:
    if size > MAX_SOURCE_BYTES:
        raise SubmissionError(f"{name}: has more than {MAX_SOURCE_BYTES >> 10} KiB of code; hand in your own code only")


def _is_magic(line: str) -> bool:
    return line.lstrip().startswith(("%", "!", "?")) or line.rstrip().endswith("?")


def join_cells(name: str, cells: Sequence[str]) -> tuple[str, list[str]]:
    """Cells that parse, joined; a cell that does not is left out with a note, and its lines stay blank."""
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


def without_magics(cell: str) -> str:
    """A cell without IPython's magics; one that is in another language becomes empty."""
    first, _, rest = cell.lstrip().partition("\n")
    if first.startswith("%%"):
        if first[2:].split(" ")[0].strip() not in _PYTHON_CELL_MAGICS:
            return ""
        cell = rest
    if not any(map(_is_magic, cell.split("\n"))):
        return cell
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return str(TransformerManager().transform_cell(cell))
    except SyntaxError:
        return cell


def syntax_problem(text: str, first_line: int = 1) -> str | None:
    """None if the text is Python; else the line and the reason."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return f"line {(error.lineno or 1) + first_line - 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"cannot be parsed ({error})"
    return None
