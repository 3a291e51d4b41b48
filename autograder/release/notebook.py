"""Make the student's notebook and stub of an assignment's cells; nbgrader's own preprocessors take the solutions out.

jupytext, nbformat and nbgrader are imported where they are used: together they take a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..course import Assignment
from ..errors import ReleaseError
from .source import Cell, names_in, tests_in

IMPORTS = {
    "math": "import math",
    "np": "import numpy as np",
    "pytest": "import pytest",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
}


def stripped(assignment: Assignment, cells: list[Cell]) -> Any:
    """The notebook (nbformat 4.5) without solutions, with nbgrader's metadata and checksums.

    Raises:
        ReleaseError: nbgrader refuses the cells.
    """
    import nbformat
    from nbgrader import preprocessors as steps
    from nbgrader.nbgraderformat import ValidationError

    notebook = nbformat.v4.new_notebook(cells=_cells(assignment, cells))
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    wanted = (steps.ClearSolutions, steps.LockCells, steps.ClearOutput, steps.ComputeChecksums, steps.CheckCellMetadata)
    try:
        for step in wanted:
            notebook, _ = step().preprocess(notebook, resources={})
    except (RuntimeError, ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise ReleaseError(
            f"{assignment.module}.ipynb: nbgrader refuses it ({reason}); mend the source's cells"
        ) from None
    nbformat.validate(notebook)
    return notebook


def to_bytes(notebook: Any) -> bytes:
    """The notebook as Jupyter itself would save it."""
    import nbformat

    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode()


def stub(notebook: Any) -> bytes:
    """The notebook without its check cells as a percent-format script, with nothing but plain markers."""
    import jupytext
    import nbformat

    kept = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("locked") or _is_text(cell)]
    plain = []
    for cell in kept:
        make = nbformat.v4.new_markdown_cell if _is_text(cell) else nbformat.v4.new_code_cell
        plain.append(make(cell.source, id=cell.id))
    bare = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-all"}}
    text: str = jupytext.writes(nbformat.v4.new_notebook(cells=plain, metadata=bare), fmt="py:percent")
    return text.encode()


def _is_text(cell: Any) -> bool:
    return bool(cell.cell_type == "markdown")


def _cells(assignment: Assignment, cells: list[Cell]) -> list[Any]:
    """nbformat cells; ids are counted or named, never random, so that equal sources give equal bytes."""
    import nbformat

    imported = {name for cell in cells if cell.role == "code" for name in IMPORTS if IMPORTS[name] in cell.text}
    made = []
    for number, cell in enumerate(cells, 1):
        text = _self_checking(assignment, cell, imported) if cell.role == "checks" else cell.text
        tag = _tag(assignment, cell, sum(before.role == "markdown" for before in cells[:number]))
        make = nbformat.v4.new_markdown_cell if cell.markdown else nbformat.v4.new_code_cell
        name = tag["grade_id"] if tag else f"code-{number:02}"
        made.append(make(text, id=name[:64], metadata={"nbgrader": tag} if tag else {}))
    return made


def _tag(assignment: Assignment, cell: Cell, statement: int) -> dict[str, Any] | None:
    """nbgrader's metadata, schema 3, which allows exactly these keys; plain code has none."""
    part = assignment.part(cell.part)
    if cell.role == "markdown":
        return _schema(f"statement-{statement:02}", locked=True)
    if part is None:
        return None
    if cell.role == "checks":
        return _schema(part.id, locked=True, points=part.points)
    if part.manual:  # graded by hand: the answer's own cell carries the points
        return _schema(part.id, solution=True, points=part.points)
    return _schema(f"{part.id}_solution", solution=True)


def _schema(grade_id: str, locked: bool = False, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    tag: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        tag["points"] = int(points) if points == int(points) else points
    return tag


def _self_checking(assignment: Assignment, cell: Cell, imported: Iterable[str]) -> str:
    """The checks, and a call of each: running the cell runs them."""
    part = assignment.part(cell.part)
    title = part.title if part else cell.part
    lines = [line for name, line in IMPORTS.items() if name in names_in(cell.text) and name not in imported]
    head = "\n".join([f"# Checks: {title}", *lines])
    calls = "\n".join(f"{name}()" for name in tests_in(cell.text))
    return f"{head}\n\n\n{cell.text.strip()}\n\n\n{calls}"
