"""Read a student's script or notebook as one module that knows where its lines come from."""

from __future__ import annotations

import bisect
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.base.errors import SubmissionError
from autograder.intake import magics, source
from autograder.student.checks import texts


@dataclass(frozen=True)
class Broken:
    """A cell that is not Python: the line in the module, the reason, and the cell's text."""

    line: int
    reason: str
    source: str
    text: str


@dataclass(frozen=True)
class Work:
    """The student's file as one module, without the cells that are `broken`.

    `cells` are the numbers of a notebook's code cells, `starts` their first lines in the module.
    """

    path: Path
    source: str
    data: bytes
    broken: tuple[Broken, ...] = ()
    cells: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()

    def place(self, line: int) -> str:
        """Say where a line of the module is in the file: its line, and in a notebook its cell, too."""
        if not line:
            return texts.YOUR_CODE
        if not self.starts:
            return texts.LINE.format(line=line)
        index = bisect.bisect_right(self.starts, line) - 1
        return texts.CELL_LINE.format(cell=self.cells[index], line=line - self.starts[index] + 1)

    def line(self, number: int) -> str:
        """Return the text of a line of the module."""
        lines = self.source.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def left_out(self, name: str) -> bool:
        """Say whether a cell that is not Python seems to define `name`."""
        return any(re.search(rf"^(def|class) {name}\b", item.text, re.MULTILINE) for item in self.broken)


def read_file(path: Path) -> Work:
    """Read a script or notebook as one module, without cells that are not Python. Raises SubmissionError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SubmissionError(texts.UNREADABLE.format(path=path, reason=error.strerror)) from None
    if not data.strip():
        raise SubmissionError(texts.EMPTY.format(path=path))
    if path.suffix == ".ipynb":
        return _notebook(path, data)
    return _script(path, data)


def _script(path: Path, data: bytes) -> Work:
    try:
        text, notes = source.from_script(path.name, data)
    except SubmissionError as error:
        raise SubmissionError(_in_words(path, data) or str(error)) from None
    if not notes:
        return Work(path, text, data)
    whole = _decoded(data)
    edges = sorted({0, *(match.start() for match in re.finditer("^# %%", whole, re.MULTILINE)), len(whole)})
    return Work(path, text, data, _broken([whole[a:b] for a, b in itertools.pairwise(edges)]))


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _in_words(path: Path, data: bytes) -> str | None:
    """Return the error line for a script that is not Python; None if something else is wrong."""
    try:
        problem = source.syntax_problem(_decoded(data))
    except UnicodeDecodeError as error:
        return texts.NOT_UTF8.format(path=path.name, byte=error.start)
    return texts.NOT_PYTHON.format(path=path.name, problem=problem) if problem else None


def _broken(cells: list[str]) -> tuple[Broken, ...]:
    found, first = [], 1
    for cell in cells:
        problem = source.syntax_problem(cell)
        match = re.fullmatch(r"line (\d+): (.*)", problem or "", re.DOTALL)
        line = int(match[1]) if match else 1
        if problem is not None:
            lines = cell.split("\n")
            own = lines[line - 1].strip() if line <= len(lines) else ""
            found.append(Broken(first + line - 1, match[2] if match else problem, own, cell))
        first += cell.count("\n") + (not cell.endswith("\n"))
    return tuple(found)


def _notebook(path: Path, data: bytes) -> Work:
    """Read the code cells, except those with checks: they call functions before these are written, and run anyway.

    The notebook is read as plain JSON, because nbformat takes a second to import; older or unusual formats go to it.
    """
    numbered = _code_cells(data)
    if numbered is None:
        text, _ = source.from_notebook(path.name, data)
        return Work(path, text, data)
    cells = [magics.without_magics(text)[0] for _, text in numbered]
    text, notes = source.join_cells(path.name, cells)
    sizes = [cell.count("\n") + (not cell.endswith("\n")) for cell in cells]
    starts = tuple(itertools.accumulate(sizes[:-1], initial=1))
    broken = _broken(cells) if notes else ()
    return Work(path, text, data, broken, tuple(number for number, _ in numbered), starts)


def _code_cells(data: bytes) -> list[tuple[int, str]] | None:
    """Return number and text of each code cell; None if this is not a plain notebook of the current format."""
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        texts_of = [(number, "".join(cell["source"]), _has_checks(cell)) for number, cell in enumerate(code, 1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    kept = [(number, text.replace("\r\n", "\n")) for number, text, checks in texts_of if not checks]
    few = len(cells) <= source.MAX_CELLS and len(data) < source.MAX_SOURCE_BYTES * 40
    sized = sum(len(text) for _, text in kept) <= source.MAX_SOURCE_BYTES
    return kept if kept and few and sized else None


def _has_checks(cell: dict[str, dict[str, dict[str, bool]]]) -> bool:
    tag = cell.get("metadata", {}).get("nbgrader", {})
    return bool(tag.get("grade") and tag.get("locked"))
