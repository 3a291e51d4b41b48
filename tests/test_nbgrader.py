"""nbgrader's own commands in this course: they go through the jail, and give what `losslab grade` gives."""

from __future__ import annotations

import csv
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import nbgrader_course as kit
import pytest
from nbgrader.api import Gradebook

from autograder.base import lock
from autograder.grading.diagnosis import catalogue
from autograder.nbgrader_plugins import collect, readable

WRITTEN = "03-gradient-comparison"
MSE = (1, 3, 5, 19, 20, 21)
BROKEN = ("removed", "duplicated", "reordered", "wrong-metadata", "second-download")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, autograded by nbgrader and, into another folder, by `losslab grade`."""
    folder = kit.make(tmp_path_factory.mktemp("course"))
    kit.hand_in(folder, "01-mse", *MSE)
    kit.hand_in(folder, WRITTEN, 1, 3)
    for student, data, name in kit.broken():
        kit.hand_in_notebook(folder, student, data, name)
    late = folder / "submitted" / "student-05" / "01-mse" / "timestamp.txt"
    late.write_text("2027-02-03 10:00:00 UTC")
    for assignment in ("01-mse", WRITTEN):
        kit.run(folder, "nbgrader", "generate_assignment", assignment)
        kit.run(folder, "nbgrader", "autograde", assignment)
    kit.run(
        folder, "autograder", "grade", "submitted", "--out", "alone", "--assignment", "01-mse", "--assignment", WRITTEN
    )
    return folder


def marks(path: Path) -> dict[tuple[str, str, str], Any]:
    """Every grade and penalty of a gradebook."""
    with Gradebook(f"sqlite:///{path}", course_id="loss-functions") as book:
        found: dict[tuple[str, str, str], Any] = {}
        for assignment in book.assignments:
            for submission in assignment.submissions:
                key = (submission.student.id, assignment.name)
                found[(*key, "penalty")] = submission.late_submission_penalty or 0.0
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        found[(*key, grade.name)] = (grade.auto_score, grade.needs_manual_grade)
        return found


def test_both_ways_give_the_same_scores_part_by_part(folder: Path) -> None:
    by_nbgrader, alone = marks(folder / "grades" / "gradebook.db"), marks(folder / "alone" / "gradebook.db")
    assert len(alone) > 100
    assert by_nbgrader == alone


def test_a_late_submission_costs_the_same_both_ways(folder: Path) -> None:
    assert marks(folder / "grades" / "gradebook.db")["student-05", "01-mse", "penalty"] > 0


@pytest.mark.parametrize("student", BROKEN)
def test_a_broken_notebook_is_graded_by_what_it_defines(folder: Path, student: str) -> None:
    result = json.loads((folder / "alone" / "results" / student / "01-mse.json").read_bytes())
    assert (result["status"], result["score"]) == ("graded", result["max_score"])
    shown = nbformat.read(folder / "autograded" / student / "01-mse" / "mse.ipynb", as_version=4)
    ids = [cell.metadata.nbgrader.grade_id for cell in shown.cells if "nbgrader" in cell.metadata]
    released = nbformat.read(folder / "release" / "01-mse" / "mse.ipynb", as_version=4)
    expected = [cell.metadata.nbgrader.grade_id for cell in released.cells if "nbgrader" in cell.metadata]
    assert sorted(ids) == sorted(expected)


def test_a_truncated_notebook_has_its_reason_in_formgrader(folder: Path) -> None:
    text = (folder / "autograded" / "truncated" / "01-mse" / "mse.ipynb").read_text()
    assert "is not a whole notebook" in text


def test_a_script_is_shown_as_the_notebook_it_is(folder: Path) -> None:
    shown = nbformat.read(folder / "autograded" / "student-01" / WRITTEN / "gradient_comparison.ipynb", as_version=4)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in shown.cells if "nbgrader" in cell.metadata}
    assert "NotImplementedError" not in cells["train_solution"].source
    assert "points" in cells["train"].outputs[0].text and "✓" in cells["train"].outputs[0].text


def test_manual_score_and_comment_survive_a_second_autograde(folder: Path) -> None:
    path = folder / "grades" / "gradebook.db"
    before = marks(path)
    with Gradebook(f"sqlite:///{path}", course_id="loss-functions") as book:
        grade = book.find_grade("written", "gradient_comparison", WRITTEN, "student-01")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 4.5, 1.0, False
        book.find_comment("written", "gradient_comparison", WRITTEN, "student-01").manual_comment = "clear, and short"
        book.db.commit()
    kit.run(folder, "nbgrader", "autograde", WRITTEN, "--student=student-01", "--force")
    with Gradebook(f"sqlite:///{path}", course_id="loss-functions") as book:
        grade = book.find_grade("written", "gradient_comparison", WRITTEN, "student-01")
        assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (4.5, 1.0, False)
        comment = book.find_comment("written", "gradient_comparison", WRITTEN, "student-01")
        assert comment.comment == "clear, and short"
    after = marks(path)
    key = ("student-01", WRITTEN, "written")
    assert {name: value for name, value in after.items() if name != key} == {
        name: value for name, value in before.items() if name != key
    }


def test_autograde_beside_another_run_ends_with_one_line(folder: Path) -> None:
    before = marks(folder / "grades" / "gradebook.db")
    with lock.alone(folder / "grades"):
        done = kit.run(folder, "nbgrader", "autograde", "01-mse", "--force", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.count("grades: another `losslab grade` is writing there; wait until it has ended") == 1
    assert marks(folder / "grades" / "gradebook.db") == before


def test_feedback_shows_failures_and_no_hidden_check(folder: Path) -> None:
    kit.run(folder, "nbgrader", "generate_feedback", "01-mse", "--student=student-05")
    page = (folder / "feedback" / "student-05" / "01-mse" / "mse.html").read_text()
    assert "✗" in page and "points" in page
    assert "close_to(" not in page and "@check" not in page


def test_an_assignment_is_registered_again_in_a_book_that_losslab_wrote(folder: Path, tmp_path: Path) -> None:
    book = shutil.copy(folder / "alone" / "gradebook.db", tmp_path / "gradebook.db")
    before = marks(Path(book))
    url = f"--db=sqlite:///{book}"
    kit.run(folder, "nbgrader", "generate_assignment", "01-mse", "--force", url)
    kit.run(folder, "nbgrader", "autograde", "01-mse", "--student=student-03", "--force", url)
    assert marks(Path(book)) == before


def test_export_keeps_names_with_commas_in_their_column(folder: Path) -> None:
    with Gradebook(f"sqlite:///{folder / 'grades' / 'gradebook.db'}", course_id="loss-functions") as book:
        book.update_or_create_student("student-01", last_name='Müller, "Jo"', first_name="=1+1")
    kit.run(folder, "nbgrader", "export", "--to=exported.csv")
    with (folder / "exported.csv").open(newline="", encoding="utf-8") as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    row = rows["01-mse", "student-01"]
    assert row["last_name"] == 'Müller, "Jo"'
    assert row["first_name"] == "'=1+1"  # nothing reads names back in; `tables.unguarded` gives it as it was
    assert float(row["score"]) == float(row["max_score"])


def test_a_class_goes_round_through_the_exchange(folder: Path, tmp_path: Path) -> None:
    exchange, home = tmp_path / "exchange", tmp_path / "student"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    home.mkdir()
    options = [f"--Exchange.root={exchange}", "--course=loss-functions"]
    run = partial(kit.run, JUPYTER_CONFIG_DIR=str(tmp_path / "none"), HOME=str(tmp_path))
    run(folder, "nbgrader", "release_assignment", "01-mse", *options)
    run(home, "nbgrader", "fetch_assignment", "01-mse", *options)
    assert (home / "01-mse" / "mse.ipynb").is_file()
    shutil.copy(kit.ROOT / "solutions" / "01-mse" / "mse.py", home / "01-mse" / "mse.py")
    run(home, "nbgrader", "submit", "01-mse", *options)
    run(folder, "nbgrader", "collect", "01-mse", *options)
    new = (
        {path.name for path in (folder / "submitted").iterdir()}
        - {f"student-{n:02}" for n in MSE}
        - {*BROKEN, "truncated"}
    )
    assert len(new) == 1
    student = new.pop()
    assert (folder / "submitted" / student / "01-mse" / "timestamp.txt").is_file()
    kit.run(folder, "nbgrader", "autograde", "01-mse", f"--student={student}")
    found = marks(folder / "grades" / "gradebook.db")
    assert {key[2] for key in found if key[0] == student} > {"mse_loss", "mse_grad", "validation"}
    assert found[student, "01-mse", "mse_loss"] == (5.5, False)


def test_a_download_is_collected_by_student(folder: Path) -> None:
    archive = folder / "downloaded" / "02-cross-entropy" / "archive"
    archive.mkdir(parents=True)
    source = kit.CLASS / "student-01" / "02-cross-entropy"
    shutil.make_archive(str(archive / "ada"), "zip", source)
    shutil.copy(source / "cross_entropy.py", archive / "loveladeada_4711_99_cross_entropy-1.py")
    kit.run(folder, "nbgrader", "zip_collect", "02-cross-entropy")
    for student in ("ada", "4711"):
        assert (folder / "submitted" / student / "02-cross-entropy" / "cross_entropy.py").is_file()


@pytest.mark.parametrize(
    ("path", "student", "file"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/mse.ipynb", "4711", "mse.ipynb"),
        # A folder inside, whatever its name, is the student's own.
        ("Eve_7_assignsubmission_file_/x_42_assignsubmission_file_/mse.py", "7", "mse.py"),
        ("download/Eve_7_assignsubmission_file_/x_42_assignsubmission_file_/mse.py", "7", "mse.py"),
        ("submissions/loveladeada_LATE_123_4567_mse-2.ipynb", "123", "mse.ipynb"),
        ("007/deep/mse (1).py", "007", "mse.py"),
    ],
)
def test_names_that_platforms_give_are_understood(path: str, student: str, file: str) -> None:
    assert collect.parsed(path) == {"student_id": student, "file_id": file}


def test_a_file_without_a_student_is_skipped() -> None:
    assert collect.parsed("mse.ipynb") is None and collect.parsed("ada/picture.png") is None


def test_the_answer_that_differs_from_the_stub_is_the_one_people_grade() -> None:
    template = nbformat.read(kit.ROOT / "assignments" / WRITTEN / "gradient_comparison.ipynb", as_version=4)
    (essay,) = [cell for cell in template.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "written"]
    answer, stub = nbformat.from_dict(essay), nbformat.from_dict(dict(essay))
    answer.source = essay.source + "\nBecause p(1 - p) vanishes."
    made = readable.rebuilt(template, [answer, stub])
    (shown,) = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "written"]
    assert "vanishes" in shown.source


@pytest.mark.parametrize("right", [True, False], ids=["reference", "stub"])
def test_validate_tells_a_right_notebook_from_a_stub(tmp_path: Path, right: bool) -> None:
    shutil.copytree(kit.ROOT / "assignments" / "01-mse", tmp_path, dirs_exist_ok=True)
    notebook = nbformat.read(tmp_path / "mse.ipynb", 4)
    answers = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    if right:
        answers[0].source = catalogue.definitions((kit.ROOT / "solutions" / "01-mse" / "mse.py").read_text())
        for cell in answers[1:]:
            cell.source = ""
    nbformat.write(notebook, tmp_path / "mse.ipynb")
    shutil.copy(kit.ROOT / "nbgrader_config.py", tmp_path)
    said = kit.run(tmp_path, "nbgrader", "validate", "mse.ipynb", check=False)
    assert ("Success" in said.stdout + said.stderr) is right
    assert ("VALIDATION FAILED ON" in said.stdout + said.stderr) is not right
