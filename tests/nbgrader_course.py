"""A course folder for nbgrader's own commands, with a slice of the sample class and broken notebooks in it."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder import course as courses
from autograder.release import source

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"


def make(folder: Path) -> Path:
    """A course folder without submissions."""
    for name in ("autograder", "solutions", "assignments"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    (folder / "submitted").mkdir()
    return folder


def hand_in(folder: Path, assignment: str, *students: int) -> None:
    """Take these students of the sample class in."""
    for number in students:
        name = f"student-{number:02}"
        shutil.copytree(CLASS / name / assignment, folder / "submitted" / name / assignment)


def hand_in_notebook(folder: Path, student: str, data: bytes, name: str = "mse.ipynb") -> None:
    path = folder / "submitted" / student / "01-mse" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(data)


def run(folder: Path, *command: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """An nbgrader or losslab command in this folder."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )
    if check:
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return done


def solved() -> Any:
    """The released notebook of 01-mse with the reference in it."""
    assignment = courses.load(ROOT / "course.yml").assignment("01-mse")
    texts = {cell.part: cell.text for cell in source.read(assignment, ROOT) if cell.role == "part"}
    notebook = nbformat.read(ROOT / "assignments" / "01-mse" / "mse.ipynb", as_version=4)
    for cell in notebook.cells:
        part = _tag(cell).get("grade_id", "").removesuffix("_solution")
        if part in texts and _tag(cell)["solution"]:
            cell.source = texts[part]
    return notebook


def broken() -> Iterator[tuple[str, bytes, str]]:
    """Student, notebook and file name: right answers in notebooks that nbgrader alone would stumble over."""

    def variant() -> tuple[Any, list[Any]]:
        notebook = copy.deepcopy(solved())
        return notebook, notebook.cells

    notebook, cells = variant()
    notebook.cells = [cell for cell in cells if cell.cell_type == "code" and not _tag(cell).get("locked")]
    yield "removed", _bytes(notebook), "mse.ipynb"
    notebook, cells = variant()
    stub = nbformat.read(ROOT / "assignments" / "01-mse" / "mse.ipynb", as_version=4)
    for cell in stub.cells:
        cell.id = f"again-{cell.id}"
    notebook.cells = [*stub.cells, *cells]
    yield "duplicated", _bytes(notebook), "mse.ipynb"
    notebook, cells = variant()
    notebook.cells = cells[::-1]
    yield "reordered", _bytes(notebook), "mse.ipynb"
    notebook, cells = variant()
    for number, cell in enumerate(cells):
        tag = cell.metadata.pop("nbgrader", {})
        wrong = [{"points": 1000, "grade": True}, {"schema_version": 1}, {"grade_id": f"mine-{number}"}, {"locked": 3}]
        if number % 5 < 4:
            cell.metadata.nbgrader = tag | wrong[number % 5]
    yield "wrong-metadata", json.dumps(notebook).encode(), "mse.ipynb"
    notebook, _ = variant()
    yield "second-download", _bytes(notebook), "mse (1).ipynb"
    yield "truncated", _bytes(notebook)[:2000], "mse.ipynb"


def _bytes(notebook: Any) -> bytes:
    text: str = nbformat.writes(notebook)
    return text.encode()


def _tag(cell: Any) -> Any:
    return cell.metadata.get("nbgrader", {})
