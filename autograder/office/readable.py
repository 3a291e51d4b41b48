"""A notebook that nbgrader can read, of whatever a student handed in: the released one, with the student's work in it.

It is what people see in formgrader. Grading goes by the submission itself, so nothing is earned or lost here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..course import Assignment
from ..intake import folder
from ..intake.submission import Submission
from . import clean

_TIMESTAMP = "timestamp.txt"
_TAG = "nbgrader"


def write(assignment: Assignment, source: Path, target: Path, released: Path) -> Iterator[str]:
    """Write the notebook and the time of a submission into `target`; what stood in the way, one line each."""
    import nbformat

    submission = folder.read(source.parent.name, assignment, source, released)
    template = nbformat.read(released / f"{assignment.module}.ipynb", as_version=4)
    target.mkdir(parents=True, exist_ok=True)
    try:
        notebook = rebuilt(template, _cells(source, submission))
        nbformat.validate(notebook)
        text = nbformat.writes(notebook)
    except Exception as error:  # a hostile notebook may trip nbformat in any way
        yield f"its notebook is shown as plain code ({type(error).__name__})"
        text = nbformat.writes(rebuilt(template, [nbformat.v4.new_code_cell(submission.source)]))
    (target / f"{assignment.module}.ipynb").write_text(text, encoding="utf-8", errors="replace")
    when, _ = folder.handed_in(source)
    if when is not None:
        (target / _TIMESTAMP).write_text(when.isoformat())
    for name, data in submission.files.items():
        try:
            (target / name).write_bytes(data)
        except (OSError, ValueError) as error:  # a name that no file can have
            yield f"a file beside it is left out ({type(error).__name__})"
    if submission.problem is not None:
        yield f"rejected: {submission.problem}"


def rebuilt(template: Any, cells: list[Any]) -> Any:
    """The student's cells in their order, each with the released metadata of the cell it is; what is missing is added."""
    import nbformat

    owners = _owners(template.cells, cells)
    made: list[Any] = []
    for index, cell in enumerate(cells):
        original = owners.get(index)
        new = nbformat.v4.new_markdown_cell if cell.cell_type == "markdown" else nbformat.v4.new_code_cell
        if original is None:
            made.append(new(cell.source) if cell.cell_type != "raw" else nbformat.v4.new_markdown_cell(cell.source))
        else:
            made.append(_copy(original, original.source if _locked(original) else cell.source))
        if cell.cell_type == "markdown" and (pictures := clean.attached(cell)):
            made[-1].attachments = pictures
    _add_missing(template.cells, made)
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=made, metadata=template.metadata)


def _cells(source: Path, submission: Submission) -> list[Any]:
    """Cells of the file that was graded."""
    import jupytext
    import nbformat

    if submission.problem is not None:
        return [nbformat.v4.new_markdown_cell(f"**Could not be graded:** {submission.problem}")]
    if submission.filename.endswith(".ipynb"):
        data = folder.content(source, submission.filename)
        return list(nbformat.reads(data.decode("utf-8-sig"), as_version=4).cells)
    return list(jupytext.reads(folder.content(source, submission.filename).decode("utf-8-sig"), fmt="py:percent").cells)


def _owners(released: list[Any], cells: list[Any]) -> dict[int, Any]:
    """Which released cell each of the student's cells is: by nbgrader's id, else by what it defines or begins with."""
    known = {_grade_id(cell): cell for cell in released if _grade_id(cell)}
    claims: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        claimed = _grade_id(cell)
        original = known.get(claimed)
        if original is None or original.cell_type != cell.cell_type:
            claimed = next((name for name, item in known.items() if _alike(item, cell)), "")
        if claimed:
            claims.setdefault(claimed, []).append(index)
    owners = {}
    for name, indices in claims.items():
        worked_on = [index for index in indices if cells[index].source != known[name].source]
        owners[(worked_on or indices)[-1]] = known[name]
    return owners


def _alike(original: Any, cell: Any) -> bool:
    """A cell that lost its metadata, or never had any: a script's, say."""
    if original.cell_type != cell.cell_type:
        return False
    if _locked(original):
        return bool(original.source == cell.source)
    if cell.cell_type == "code":
        return bool(_defined(original.source) & _defined(cell.source))
    return bool(original.source.splitlines()[:1] == cell.source.splitlines()[:1])


def _defined(text: str) -> set[str]:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def _add_missing(released: list[Any], made: list[Any]) -> None:
    """Put what is not there behind the released cell that comes before it."""
    place = 0
    for original in (cell for cell in released if _grade_id(cell)):
        at = next((index for index, cell in enumerate(made) if _grade_id(cell) == _grade_id(original)), None)
        if at is None:
            made.insert(place, _copy(original, original.source))
            at = place
        place = at + 1


def _copy(original: Any, text: str) -> Any:
    import nbformat

    new = nbformat.v4.new_markdown_cell if original.cell_type == "markdown" else nbformat.v4.new_code_cell
    return new(text, metadata=original.metadata)


def _grade_id(cell: Any) -> str:
    tag = cell.metadata.get(_TAG)
    name = tag.get("grade_id") if isinstance(tag, dict) else None
    return name if isinstance(name, str) else ""


def _locked(cell: Any) -> bool:
    return bool(cell.metadata.get(_TAG, {}).get("locked"))
