"""Make the student's notebook and stub from an assignment's cells; nbgrader's own preprocessors remove the solutions.

jupytext, nbformat and nbgrader are imported where they are used: together they take a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from autograder.base.errors import ReleaseError
from autograder.course import Assignment, Part
from autograder.release.source import Cell, names_in, tests_in

# It loads the extension and goes on without it: in plain Jupyter, in a script, and during grading.
_TOOLS = """\
# %check runs the public checks of all you have begun, %check {part} those of one part; %hint {part} gives a nudge.
try:
    get_ipython().run_line_magic("load_ext", "losslab")
except (NameError, ModuleNotFoundError):
    print("%check and %hint need losslab: pip install -r requirements.txt in the kit's folder, then restart the kernel")"""
_TOOLS_ID = "losslab"

IMPORTS = {
    "math": "import math",
    "np": "import numpy as np",
    "pytest": "import pytest",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
}


def stripped(assignment: Assignment, cells: list[Cell]) -> Any:
    """Make the notebook (nbformat 4.5) without solutions, with nbgrader's metadata and checksums.

    Raises:
        ReleaseError: nbgrader rejects the cells.
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
            f"{assignment.module}.ipynb: nbgrader rejects it ({reason}); fix the source's cells"
        ) from None
    nbformat.validate(notebook)
    return notebook


def to_bytes(notebook: Any) -> bytes:
    """Write the notebook as Jupyter itself would save it."""
    import nbformat

    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode()


def stub(notebook: Any) -> bytes:
    """Write the notebook without its check cells as a percent-format script with plain markers."""
    import jupytext
    import nbformat

    kept = [cell for cell in notebook.cells if _is_text(cell) or not _of_the_notebook_alone(cell)]
    plain = []
    for cell in kept:
        make = nbformat.v4.new_markdown_cell if _is_text(cell) else nbformat.v4.new_code_cell
        plain.append(make(cell.source, id=cell.id))
    bare = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-all"}}
    text: str = jupytext.writes(nbformat.v4.new_notebook(cells=plain, metadata=bare), fmt="py:percent")
    return text.encode()


def _of_the_notebook_alone(cell: Any) -> bool:
    return cell.id == _TOOLS_ID or bool(cell.metadata.get("nbgrader", {}).get("locked"))


def _is_text(cell: Any) -> bool:
    return bool(cell.cell_type == "markdown")


def _cells(assignment: Assignment, cells: list[Cell]) -> list[Any]:
    """Make nbformat cells; ids are counted or named, never random, so that equal sources give equal bytes."""
    import nbformat

    imported = {name for cell in cells if cell.role == "code" for name in IMPORTS if IMPORTS[name] in cell.text}
    made = []
    for number, cell in enumerate(cells, 1):
        text = _self_checking(assignment, cell, imported) if cell.role == "checks" else cell.text
        tag = _tag(assignment, cell, sum(before.role == "markdown" for before in cells[:number]))
        make = nbformat.v4.new_markdown_cell if cell.markdown else nbformat.v4.new_code_cell
        name = tag["grade_id"] if tag else f"code-{number:02}"
        made.append(make(text, id=name[:64], metadata={"nbgrader": tag} if tag else {}))
    place = next((number for number, cell in enumerate(made) if not _is_text(cell)), len(made))
    made.insert(place, nbformat.v4.new_code_cell(_TOOLS.format(part=assignment.parts[0].id), id=_TOOLS_ID))
    return made


def _tag(assignment: Assignment, cell: Cell, statement: int) -> dict[str, Any] | None:
    """Make nbgrader's metadata, schema 3, which allows exactly these keys; plain code gets none."""
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
    """Add a call of each check, so that running the cell runs the checks.

    A function that is not written yet gives one line and stops nothing; nbgrader counts a line on stderr as a failure.
    """
    part = assignment.part(cell.part)
    title = part.title if part else cell.part
    lines = [line for name, line in IMPORTS.items() if name in names_in(cell.text) and name not in imported]
    head = "\n".join([f"# Checks: {title}", "import sys", *lines])
    calls = "\n".join(f"    {name}()" for name in tests_in(cell.text))
    said = f"{cell.part}: {_missing(part)}, then run this cell again"
    tried = f"try:\n{calls}\nexcept NotImplementedError:\n    print({json.dumps(said)}, file=sys.stderr)"
    return f"{head}\n\n\n{cell.text.strip()}\n\n\n{tried}"


def _missing(part: Part | None) -> str:
    if part is None or not part.functions:
        return "it checks functions that are not written yet; write them"
    return f"not written yet; write {', '.join(part.functions)}"
