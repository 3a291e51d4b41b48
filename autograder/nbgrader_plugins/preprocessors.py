"""The steps that replace nbgrader's own: registering cells, `Execute` and `SaveAutoGrades`."""

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades, SaveCells

from autograder import gradebook
from autograder.base.errors import LossLabError
from autograder.base.text import number, plain
from autograder.nbgrader_plugins.grading import Graded
from autograder.results import PartResult, Result


class GradeInJail(NbGraderPreprocessor):
    """Replaces `Execute`: nothing runs here; each part's verdict appears below the cell with its points."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        result = _graded(resources).result
        parts = {part.id: part for part in result.parts}
        for cell in nb.cells:
            part = parts.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if part is not None and utils.is_grade(cell) and cell.cell_type == "code":
                cell.outputs = [new_output("stream", name="stdout", text=verdict(result, part))]
        return nb, resources


class SaveResult(SaveAutoGrades):
    """Replaces `SaveAutoGrades`: enters the Result as `losslab grade` does, and keeps what people entered."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        graded = _graded(resources)
        result = graded.result
        times = {(result.student, result.assignment): graded.handed_in}
        gradebook.write_gradebook(resources["nbgrader"]["db_url"], graded.course, [result], times)
        return nb, resources


class RegisterCells(SaveCells):
    """Registers a notebook's cells even if the gradebook already holds submissions: it adds cells and removes none."""

    def _create_notebook(self, nb: Any) -> None:
        try:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except MissingEntry:
            notebook = None
        if notebook is None or not notebook.submissions:
            super()._create_notebook(nb)
            return
        gone = {cell.name for cell in notebook.grade_cells} - set(self.new_grade_cells)
        if gone:
            raise RuntimeError(f"{self.notebook_id}: part {min(gone)} is gone, but submissions have a grade for it")
        key = (self.notebook_id, self.assignment_id)
        for name, info in self.new_grade_cells.items():
            self.gradebook.update_or_create_grade_cell(name, *key, **info)
        for name, info in self.new_solution_cells.items():
            self.gradebook.update_or_create_solution_cell(name, *key, **info)
        for name, info in self.new_source_cells.items():
            self.gradebook.update_or_create_source_cell(name, *key, **info)


def verdict(result: Result, part: PartResult) -> str:
    """Write a part's points and failures, as a student may read them."""
    lines = [f"{number(part.score)} / {number(part.max_score)} points"]
    lines += [result.problem] if result.problem is not None else []
    for check in part.checks:
        if check.status == "pass":
            lines.append(f"✓ {check.title}")
        elif check.status == "carried":
            lines.append(f"✓ {check.title} ({check.message})")
        else:
            lines.append(f"✗ {check.title} ({check.status})")
            lines += [f"  {line}" for line in check.message.splitlines()]
    return plain("\n".join(lines)) + "\n"


def _graded(resources: Any) -> Graded:
    graded = resources.get("losslab")
    if not isinstance(graded, Graded):
        name = f"{resources['nbgrader']['student']}/{resources['nbgrader']['assignment']}"
        raise LossLabError(f"{name}: has not been graded; use the course's nbgrader_config.py as it is")
    return graded
