"""From one source to what students get: stub, notebook, public checks and README, the same bytes every time."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

from ..course import Assignment, Course, Part
from ..errors import ReleaseError

_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def build(course: Course, assignment: Assignment, root: Path) -> dict[str, bytes]:
    """Files of assignments/<id>/ by name. Raises ReleaseError."""
    source = root / "solutions" / assignment.id / f"{assignment.module}.py"
    cells = _cells(source)
    _check(source, assignment, cells)
    return {
        f"{assignment.module}.py": _script(_released(cells, assignment)).encode(),
        f"{assignment.module}.ipynb": _notebook(_released(cells, assignment)).encode(),
        f"test_{assignment.module}.py": _public_checks(assignment, cells).encode(),
        "README.md": _readme(course, assignment).encode(),
    }


def write(course: Course, root: Path, assignment_ids: list[str]) -> list[Path]:
    """Write the named assignments, and take away what the build does not make. Raises ReleaseError."""
    written: list[Path] = []
    for assignment in map(course.assignment, assignment_ids):
        folder = root / "assignments" / assignment.id
        folder.mkdir(parents=True, exist_ok=True)
        files = build(course, assignment, root)
        for stray in _strays(folder, files):
            stray.unlink()
        for name, data in files.items():
            beside = folder / f".{name}.{os.getpid()}"
            beside.write_bytes(data)
            written.append(beside.replace(folder / name))
    return written


def drift(course: Course, root: Path) -> list[str]:
    """One line for each file that is missing, stray or not what its source gives; nothing is written."""
    lines: list[str] = []
    for assignment in course.assignments:
        folder = root / "assignments" / assignment.id
        files = build(course, assignment, root)
        for name, data in files.items():
            path = folder / name
            if not path.is_file():
                lines.append(f"{path}: is missing; run `losslab release`")
            elif path.read_bytes() != data:
                lines.append(f"{path}: is not what its source gives; run `losslab release`")
        lines += [f"{stray}: is not made from the source; remove it" for stray in _strays(folder, files)]
    return lines


def _strays(folder: Path, files: dict[str, bytes]) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if path.is_file() and path.name not in files]


def _cells(source: Path) -> list[Any]:
    import jupytext

    if not source.is_file():
        raise ReleaseError(f"{source}: is missing; `losslab new` writes a skeleton")
    return list(jupytext.read(source, fmt="py:percent").cells)


def _check(source: Path, assignment: Assignment, cells: list[Any]) -> None:
    solutions = {cell.metadata["part"]: cell.source for cell in cells if "part" in cell.metadata}
    checked = {cell.metadata["checks"] for cell in cells if "checks" in cell.metadata}
    for tag in sorted({*solutions, *checked}):
        if assignment.part(tag) is None:
            raise ReleaseError(f"{source}: cell of part `{tag}`, which course.yml does not have; add it there or rename it")
    for part in assignment.parts:
        if not part.manual and part.id not in checked:
            raise ReleaseError(f'{source}: part `{part.id}` has no public check; add a cell `# %% checks="{part.id}"`')
        if part.functions:
            _check_solution(source, part, solutions.get(part.id, ""))


def _check_solution(source: Path, part: Part, text: str) -> None:
    defined = {node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for function in part.functions:
        if function not in defined:
            raise ReleaseError(f'{source}: part `{part.id}` does not define `{function}`; add it in `# %% part="{part.id}"`')
    if "### BEGIN SOLUTION" not in text:
        raise ReleaseError(f"{source}: part `{part.id}` has no ### BEGIN SOLUTION; mark what students write")


def _released(cells: list[Any], assignment: Assignment) -> Any:
    """A notebook in nbgrader's metadata, its solutions taken out by nbgrader itself."""
    import nbformat.v4
    from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for index, cell in enumerate(cells, start=1):
        notebook.cells.append(_cell(index, cell, assignment))
    resources: dict[str, Any] = {}
    clear = ClearSolutions()
    clear.code_stub = {"python": _STUB}
    for step in (LockCells(), clear, ClearOutput(), CheckCellMetadata(), ComputeChecksums()):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def _cell(index: int, cell: Any, assignment: Assignment) -> Any:
    import nbformat.v4

    if cell.cell_type == "markdown":
        made = nbformat.v4.new_markdown_cell(cell.source)
        made.metadata["nbgrader"] = _metadata(f"statement-{index:02}", locked=True)
    elif "part" in cell.metadata:
        made = nbformat.v4.new_code_cell(cell.source)
        made.metadata["nbgrader"] = _metadata(f"{cell.metadata['part']}_solution", solution=True)
    elif "checks" in cell.metadata:
        part = assignment.part(cell.metadata["checks"])
        assert part is not None
        made = nbformat.v4.new_code_cell(_checks_that_run(part, cell.source))
        made.metadata["nbgrader"] = {**_metadata(part.id, locked=True, grade=True), "points": part.points}
    else:
        made = nbformat.v4.new_code_cell(cell.source)
    made.id = f"cell-{index:02}"
    return made


def _metadata(grade_id: str, *, locked: bool = False, solution: bool = False, grade: bool = False) -> dict[str, Any]:
    flags = {"grade": grade, "locked": locked, "solution": solution, "task": False}
    return {"grade_id": grade_id, "schema_version": 3, **flags}


def _checks_that_run(part: Part, text: str) -> str:
    calls = "\n".join(f"{name}()" for name in _tests(text))
    imports = "import pytest\n\n\n" if "pytest" in text else ""
    return f"# Public checks: {part.title}\n{imports}{text}\n\n\n{calls}"


def _tests(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def _script(notebook: Any) -> str:
    blocks = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lines = "\n".join(f"# {line}".rstrip() for line in cell.source.split("\n"))
            blocks.append(f"# %% [markdown]\n{lines}\n")
        elif not cell.metadata.get("nbgrader", {}).get("grade"):
            blocks.append(f"# %%\n{cell.source}\n")
    return "\n".join(blocks)


def _notebook(notebook: Any) -> str:
    import nbformat

    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, indent=1)) + "\n"


def _public_checks(assignment: Assignment, cells: list[Any]) -> str:
    checks = [cell for cell in cells if "checks" in cell.metadata]
    text = "\n\n\n".join(f"# {cell.metadata['checks']}\n\n\n{cell.source}" for cell in checks)
    imports = "\n".join(name for name in ("import math\n", "import numpy as np", "import pytest") if _uses(name, text))
    parts = "".join(f'    "{test}": "{cell.metadata["checks"]}",\n' for cell in checks for test in _tests(cell.source))
    return (
        f'"""Public checks of {assignment.id}; run `pytest` here, or `losslab check {assignment.id}`."""\n\n'
        f"{imports}\nfrom {assignment.module} import *  # noqa: F403\n\n"
        f"# Which part of the exercise a check belongs to.\nPARTS = {{\n{parts}}}\n\n\n{text}\n"
    )


def _uses(statement: str, text: str) -> bool:
    return re.search(rf"\b{statement.split()[-1]}\.", text) is not None


def _readme(course: Course, assignment: Assignment) -> str:
    rows = "".join(f"| {part.id} | {part.title} | {part.points:g} |\n" for part in assignment.parts)
    due = course.due(assignment)
    deadline = f"Due {due:%Y-%m-%d %H:%M %Z}. " if due else ""
    return (
        f"# {assignment.id}: {assignment.title}\n\n"
        f"{deadline}{assignment.max_score:g} points.\n\n"
        f"Fill in `{assignment.module}.py` or `{assignment.module}.ipynb`, whichever you like better; hand in one of them.\n\n"
        f"```\nlosslab check {assignment.id}\nlosslab hint {assignment.id}/{assignment.parts[0].id}\n```\n\n"
        "Plain `pytest` in this folder works too (for the `.py`). The public checks are examples; hidden checks, on other "
        "input,\ndecide the points.\n\n"
        f"| part | | points |\n|---|---|---|\n{rows}"
    )
