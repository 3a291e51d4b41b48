"""A student's notebook: it runs from top to bottom, says what is missing, and `%check` tells what `losslab check` tells."""

from __future__ import annotations

import html
import re
import shutil
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.base.errors import LossLabError
from autograder.course import Course
from autograder.grading.batch import Graded
from autograder.intake import source as intake
from autograder.release import source
from autograder.student.checks import public
from autograder.student.checks.public import Verdict
from autograder.student.notebook import live, magics, page
from autograder.worker import module as loader

ROOT = Path(__file__).parent.parent
ALL = ("01-mse", "02-cross-entropy", "03-gradient-comparison", "04-focal-loss", "05-multi-task")
PICTURES = {"01-mse": 1, "02-cross-entropy": 2, "03-gradient-comparison": 4, "04-focal-loss": 2, "05-multi-task": 3}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "course.yml", tmp_path)
    return tmp_path


def opened(home: Path, course: Course, name: str, solved: bool, *more: str) -> tuple[Any, Path]:
    """The released notebook in a folder of its own, with the reference in it if wanted, and these cells at the end."""
    assignment = course.assignment(name)
    folder = home / assignment.id
    shutil.copytree(ROOT / "assignments" / assignment.id, folder)
    notebook = nbformat.read(folder / f"{assignment.module}.ipynb", as_version=4)
    if solved:
        texts = {cell.part: cell.text for cell in source.read(assignment, ROOT) if cell.role == "part"}
        for cell in notebook.cells:
            tag = cell.metadata.get("nbgrader", {})
            if tag.get("solution"):
                cell.source = texts[tag["grade_id"].removesuffix("_solution")]
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in more]
    return notebook, folder


def run(notebook: Any, folder: Path) -> list[Any]:
    """Execute every cell as Jupyter does; the first error of one ends it. The code cells, with what they gave."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def shown(cell: Any, kind: str) -> list[str]:
    return [output.data[kind] for output in cell.outputs if kind in output.get("data", {})]


@pytest.mark.parametrize("name", ALL)
def test_the_reference_runs_from_top_to_bottom_and_draws(home: Path, course: Course, name: str) -> None:
    cells = run(*opened(home, course, name, True))
    assert sum(len(shown(cell, "image/png")) for cell in cells) >= PICTURES[name]
    assert [said(cell) for cell in cells if cell.metadata.get("nbgrader", {}).get("grade") and said(cell)] == []


@pytest.mark.parametrize("name", ALL)
def test_the_stub_stops_nowhere_and_each_cell_says_what_is_missing(home: Path, course: Course, name: str) -> None:
    cells = run(*opened(home, course, name, False))
    graded = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for cell in graded:
        assert "not written yet" in said(cell) and len(said(cell).splitlines()) == 1
    waiting = [said(cell) for cell in cells if "Left out of the picture" in said(cell) or "first, then" in said(cell)]
    assert len(graded) > 4 and all(len(line.splitlines()) == 1 for line in waiting)


def test_a_picture_shows_what_is_written_and_names_the_rest(home: Path, course: Course) -> None:
    notebook, folder = opened(home, course, "01-mse", False)
    (answer,) = [cell for cell in notebook.cells if cell.id == "mse_loss_solution"]
    answer.source = next(cell.text for cell in source.read(course.assignment("01-mse"), ROOT) if cell.part)
    (cell,) = [cell for cell in run(notebook, folder) if "def picture" in cell.source]
    assert len(shown(cell, "image/png")) == 1
    assert "mae_loss" in said(cell) and "mse_loss" not in said(cell)


def test_the_magics_in_a_kernel(home: Path, course: Course) -> None:
    wrong = "def mse_loss(pred, target):\n    return 7.25"
    more = [wrong, "%check mse_loss", "%check", "%hint mse_loss 2", "%check <b>", "%hint mse_loss 9"]
    cells = run(*opened(home, course, "01-mse", True, *more))[-len(more) + 1 :]
    texts = [shown(cell, "text/plain") for cell in cells]
    assert all(len(text) == 1 for text in texts)
    (one,), (everything,), (hint,), (unknown,), (level,) = texts
    assert "0 of 2 public checks passed" in one and "got 7.25" in one and "%hint mse_loss" in one
    assert "✓ passed · mse_grad" in everything and "✗ failed · mse_loss" in everything
    assert course.assignments[0].parts[0].hints[1] in hint
    assert unknown.startswith("<b>: no part or function of 01-mse") and "the levels of mse_loss are 1 to 3" in level
    assert "<b>" not in shown(cells[3], "text/html")[0]
    for cell, text in zip(cells, texts, strict=True):
        assert words(shown(cell, "text/html")[0]) == text[0].split()


def words(page: str) -> list[str]:
    return html.unescape(re.sub("<[^>]*>", " ", page)).split()


NOT_INSTALLED = """
import sys
class Nothing:
    def find_spec(self, name, *rest):
        if name == "losslab":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Nothing())
"""


def test_without_the_extension_the_notebook_says_what_to_install_and_goes_on(home: Path, course: Course) -> None:
    notebook, folder = opened(home, course, "01-mse", False)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NOT_INSTALLED))
    (cell,) = [cell for cell in run(notebook, folder) if cell.id == "losslab"]
    assert "pip install -r requirements.txt" in said(cell) and len(said(cell).splitlines()) == 1


@pytest.mark.parametrize("solved", [True, False], ids=["reference", "stub"])
@pytest.mark.parametrize("name", ["01-mse", "02-cross-entropy"])
def test_behind_the_wall_pictures_and_tools_leave_no_note(
    home: Path, course: Course, grade_sources: Callable[..., list[Graded]], name: str, solved: bool
) -> None:
    """there is no matplotlib, no losslab and no pytest there; of these only the check cells ask for one"""
    notebook, _ = opened(home, course, name, solved)
    text, notes = intake.from_notebook("a.ipynb", nbformat.writes(notebook).encode())
    assert notes == [] and "def picture" in text and "get_ipython()" in text
    (graded,) = grade_sources(name, text)
    assert [note for note in graded.notes if "pytest" not in note] == []
    assert {outcome.status for outcome in graded.outcomes} == {"pass"} if solved else {"fail", "error"}


WRONG = {
    "wrong value": "def mse_loss(pred, target):\n    return 7.25\n",
    "error": "def mse_loss(pred, target):\n    return pred.nothing\n",
    "half": "def mse_loss(pred, target):\n    return np.mean((pred - target) ** 2)\n",
    "stub": "def mse_loss(pred, target):\n    raise NotImplementedError()\n",
}


@pytest.mark.parametrize("case", WRONG)
def test_a_verdict_is_that_of_losslab_check(home: Path, course: Course, case: str) -> None:
    folder, assignment = home / "01-mse", course.assignment("01-mse")
    shutil.copytree(ROOT / "assignments" / "01-mse", folder)
    (folder / "mse.ipynb").unlink()
    text = (folder / "mse.py").read_text(encoding="utf-8") + "\n" + WRONG[case]
    (folder / "mse.py").write_text(text, encoding="utf-8")
    by_command = public.run(assignment, folder)
    module, _ = loader.load("mse.py", text)
    # A kernel's functions come from no file: no line of one is quoted, and none is named as the one that is not written.
    assert list(map(told, live.check(assignment, folder, vars(module)))) == list(map(told, by_command))


def told(item: Verdict) -> Verdict:
    return replace(item, source="", message="" if item.status == "missing" else item.message)


def test_checks_that_stand_in_the_notebook_are_not_run_twice(home: Path, course: Course) -> None:
    folder, assignment = home / "01-mse", course.assignment("01-mse")
    shutil.copytree(ROOT / "assignments" / "01-mse", folder)
    found = live.check(assignment, folder, {"test_of_my_own": lambda: 1 / 0, "mse_loss": lambda pred, target: 2.0})
    assert {item.part for item in found} == {part.id for part in assignment.parts}
    assert "mse" not in sys.modules or not hasattr(sys.modules["mse"], "test_of_my_own")


def test_the_text_of_a_students_object_is_escaped(course: Course) -> None:
    found = [Verdict("mse_loss", "averages", "fail", "expected 2.0, got <script>alert(1)</script> & more")]
    view = page.verdicts(course.assignments[0], found, course.assignments[0].parts[0])
    assert "<script>" not in view.html and "&lt;script&gt;" in view.html and "<script>" in view.text


def test_a_state_is_shown_in_words(course: Course) -> None:
    found = [Verdict("mse_loss", "a", "pass", ""), Verdict("mse_loss", "b", "error", "TypeError: no")]
    view = page.verdicts(course.assignments[0], found)
    assert "✓ passed · mse_loss · a" in view.text and "✗ failed · mse_loss · b" in view.text
    assert "not started: mse_grad" in view.text


def test_a_part_graded_by_hand_has_no_check(course: Course) -> None:
    assignment = course.assignment("03-gradient-comparison")
    assert "graded by hand" in page.verdicts(assignment, [], assignment.part("written")).text


@pytest.mark.parametrize("line", ["mse_loss 0", "mse_loss four", "nothing", ""])
def test_a_missing_hint_gives_one_line(home: Path, line: str) -> None:
    shutil.copytree(ROOT / "assignments" / "01-mse", home / "01-mse")
    with pytest.raises(LossLabError) as caught:
        magics.hint(line, home / "01-mse")
    assert "\n" not in str(caught.value)


def test_a_notebook_outside_its_folder_gets_a_clear_message(home: Path) -> None:
    with pytest.raises(LossLabError, match="open the notebook in the folder of its exercise"):
        magics.check("", {}, home)


def test_the_extension_can_be_unloaded() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    names = shell.magics_manager.magics["line"]
    shell.run_line_magic("load_ext", "losslab")
    assert "check" in names and "a nudge" in (names["hint"].__doc__ or "")
    shell.run_line_magic("unload_ext", "losslab")
    assert "check" not in names and "hint" not in names


def test_sys_modules_is_restored_after_a_check(home: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = types.ModuleType("mse")
    monkeypatch.setitem(sys.modules, "mse", mine)
    shutil.copytree(ROOT / "assignments" / "01-mse", home / "01-mse")
    live.check(course.assignment("01-mse"), home / "01-mse", {})
    assert sys.modules["mse"] is mine
