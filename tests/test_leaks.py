"""The leak check: nothing hidden is written for students, and nothing else is held back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder import leaks, pipeline
from autograder.course import Course
from autograder.errors import OutputError
from autograder.exports import feedback as handed_out
from autograder.feedback import page
from autograder.intake.submission import Submission
from autograder.results import CheckResult, PartResult, Result

ROOT = Path(__file__).parent.parent
SECRET = (ROOT / "autograder" / "graders" / "secret.txt").read_text().strip()


def a_result(message: str, **changes: Any) -> Result:
    checks = [CheckResult("c1", "one", "fail", 0, 2, message, None), CheckResult("c2", "two", "pass", 4, 4, "", None)]
    parts = [PartResult("mse_loss", 4, 6, False, checks)]
    values = {"submission_sha256": "f" * 64, "sandbox": "bubblewrap", "parts": parts, "notes": []}
    return Result("ada", "01-mse", "graded", None, 4, 6, 0.0, **(values | changes))


@pytest.fixture(scope="module")
def signs(course: Course) -> leaks.Canaries:
    return leaks.canaries(ROOT, course.assignment("01-mse"))


HIDDEN_CODE = "assert student.mse_loss(pred, target) == close_to(F.mse_loss(torch.tensor(pred), torch.tensor(target)))"


@pytest.mark.parametrize("text", [SECRET, f"got {SECRET}!", HIDDEN_CODE, f"File x\n    {HIDDEN_CODE}\nError"])
def test_a_message_that_gives_hidden_material_away_is_withheld(text: str, signs: leaks.Canaries) -> None:
    result = leaks.cleaned(a_result(text, notes=["line 3 failed", text]), signs)
    assert [check.message for check in result.parts[0].checks] == [leaks.WITHHELD, ""]
    assert result.notes == ["line 3 failed", leaks.WITHHELD]
    assert (result.score, result.parts[0].score) == (4, 4)


def test_what_graders_say_to_students_is_no_leak(course: Course, signs: leaks.Canaries) -> None:
    text = "The mean is over *all* elements, not over the rows."
    assert leaks.cleaned(a_result(text), signs).parts[0].checks[0].message == text
    for assignment in course.assignments:
        of = leaks.canaries(ROOT, assignment)
        assert len(of.lines) > 50
        for path in sorted((ROOT / "assignments" / assignment.id).glob("*.*")):
            if path.suffix in (".py", ".md", ".csv"):
                assert not of.in_text(path.read_text())


def test_hidden_data_is_hidden_material(course: Course) -> None:
    of = leaks.canaries(ROOT, course.assignment("05-multi-task"))
    rows = (ROOT / "autograder" / "graders" / "05-multi-task" / "penguins_hidden.csv").read_text().splitlines()
    assert of.in_text(f"read {rows[5]}")


def test_a_token_in_a_hidden_file_is_a_canary(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "autograder" / "graders" / "01-mse"
    folder.mkdir(parents=True)
    (folder / "test_hidden.py").write_text("# losslab-canary-0123456789ab\n")
    (folder.parent / "secret.txt").write_text("s3cret of the course")
    of = leaks.canaries(tmp_path, course.assignment("01-mse"))
    assert of.tokens == ("losslab-canary-0123456789ab", "s3cret of the course")
    with pytest.raises(OutputError, match="is not written"):
        leaks.refuse(Path("page.html"), "<p>losslab-canary-0123456789ab</p>", of)


def test_a_page_with_the_secret_is_not_written(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = course.assignment("01-mse")
    monkeypatch.setattr(page, "render", lambda *_: f"<html>{SECRET}</html>")
    order = pipeline.Order(tmp_path, tmp_path / "out", course, ROOT, [], 1)
    result = msgspec.structs.replace(a_result("fine"), max_score=assignment.max_score)
    with pytest.raises(OutputError, match="would show the secret"):
        pipeline.write(order, [result], [Submission("ada", "01-mse")], {})
    assert not list((tmp_path / "out").rglob("*.html"))


def test_pages_are_handed_out_in_one_zip(course: Course, tmp_path: Path) -> None:
    for student in ("ada", "zoë"):
        (tmp_path / "feedback" / student).mkdir(parents=True)
        (tmp_path / "feedback" / student / "01-mse.html").write_text(f"<p>{student}</p>", encoding="utf-8")
    data = handed_out.write(tmp_path, ROOT, course, [])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["ada/01-mse.html", "zoë/01-mse.html"]
        assert archive.read("zoë/01-mse.html").decode() == "<p>zoë</p>"
    with pytest.raises(OutputError, match="holds no page"):
        handed_out.write(tmp_path, ROOT, course, ["02"])
    (tmp_path / "feedback" / "ada" / "01-mse.html").write_text(f"<p>{SECRET}</p>")
    with pytest.raises(OutputError, match="would show the secret"):
        handed_out.write(tmp_path, ROOT, course, [])
