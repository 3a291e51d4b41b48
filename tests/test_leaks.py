"""The leak check: nothing hidden is written for students, and nothing else is held back."""

from __future__ import annotations

import ast
import base64
import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.base.errors import OutputError
from autograder.base.spelling import letters
from autograder.course import Course
from autograder.course.seed import VARIABLE, secret
from autograder.exports import feedback as handed_out
from autograder.grading.diagnosis import catalogue
from autograder.intake.submission import Submission
from autograder.pages import feedback, leaks
from autograder.results import CheckResult, PartResult, Result, dump
from autograder.use_cases import writing
from autograder.use_cases.order import Order

ROOT = Path(__file__).parent.parent
SECRET = secret(ROOT).decode()


def a_result(message: str, **changes: Any) -> Result:
    checks = [CheckResult("c1", "one", "fail", 0, 2, message, None), CheckResult("c2", "two", "pass", 4, 4, "", None)]
    parts = [PartResult("mse_loss", 4, 6, False, checks)]
    values: dict[str, Any] = {"submission_sha256": "f" * 64, "sandbox": "bubblewrap", "parts": parts, "notes": []}
    values |= {"student": "ada", "assignment": "01-mse", "status": "graded", "problem": None}
    return Result(score=4, max_score=6, late_penalty=0.0, **(values | changes))


@pytest.fixture(scope="module")
def signs(course: Course) -> leaks.Canaries:
    return leaks.canaries(ROOT, course.assignment("01-mse"))


HIDDEN_CODE = "assert unboxed(student.mse_loss(target + rng.permutation(errors), target)) == close_to(763 / 200)"


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
        functions = sum(len(part.functions) for part in assignment.parts)
        assert len(of.lines) > min(50, 20 * functions)
        for path in sorted((ROOT / "assignments" / assignment.id).glob("*.*")):
            if path.suffix in (".py", ".md", ".csv"):
                assert not of.in_text(path.read_text())


def test_what_the_catalogue_says_of_a_mistake_is_no_leak(course: Course) -> None:
    for assignment in course.assignments:
        of = leaks.canaries(ROOT, assignment)
        known = catalogue.of_assignment(ROOT, assignment.id, assignment.module)
        assert [item.id for item in known if of.in_text(f"got 1, which is not right\n{item.says}")] == []


def test_no_title_or_hint_of_a_check_is_a_leak(course: Course) -> None:
    for assignment in course.assignments:
        of = leaks.canaries(ROOT, assignment)
        for path in (ROOT / "autograder" / "graders" / assignment.id).glob("test_*.py"):
            said = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
            assert [
                text for text in said if type(text) is str and "losslab-canary" not in text and of.in_text(text)
            ] == []


REFERENCE_LINE = "return np.mean(weights * np.logaddexp(0.0, -margins) / np.sum(weights))"
WRONG_LINE = "return np.sum(weights * np.logaddexp(0.0, -margins) / np.mean(weights))"


@pytest.mark.parametrize(
    "line", [REFERENCE_LINE, WRONG_LINE, "kept = np.asarray(margins, dtype=float)[np.isfinite(margins)]"]
)
@pytest.mark.parametrize("spelled", [str, lambda line: line.replace(" ", "").upper()], ids=["as it is", "spelled"])
def test_code_that_a_mistake_quotes_is_hidden_material(
    line: str, spelled: Callable[[str], str], course: Course, tmp_path: Path
) -> None:
    files = {
        "solutions/01-mse/mse.py": f"def mse_loss(margins, weights):\n    {REFERENCE_LINE}\n",
        "autograder/graders/01-mse/mistakes/mse_loss.py": f"""mistake(
    "one", says="a sentence that a tutor says, which is meant for students to read.", change=("{REFERENCE_LINE}", "{WRONG_LINE}")
)
mistake(
    "two",
    says="...",
    change=("{REFERENCE_LINE}", "kept = np.asarray(margins, dtype=float)[np.isfinite(margins)]\\n    return kept"),
)
""",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    of = leaks.canaries(tmp_path, course.assignment("01-mse"))
    assert of.in_text(f"got {spelled(line)}")
    assert not of.in_text("a sentence that a tutor says, which is meant for students to read.")


def test_hidden_data_is_hidden_material(course: Course) -> None:
    of = leaks.canaries(ROOT, course.assignment("05-multi-task"))
    rows = (ROOT / "autograder" / "graders" / "05-multi-task" / "penguins_hidden.csv").read_text().splitlines()
    assert of.in_text(f"read {rows[5]}")


def test_a_token_in_a_hidden_file_is_a_canary(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    folder = tmp_path / "autograder" / "graders" / "01-mse"
    folder.mkdir(parents=True)
    (folder / "test_hidden.py").write_text("# losslab-canary-0123456789ab\n")
    (folder.parent / "secret.txt").write_text("s3cret of the course")
    of = leaks.canaries(tmp_path, course.assignment("01-mse"))
    assert of.tokens == ("losslab-canary-0123456789ab", "s3cret of the course")
    assert of.in_text("<p>losslab-canary-0123456789ab</p>")


def split_by(letters: str) -> str:
    return letters.join(SECRET)


SPELLINGS = {
    "as it is": SECRET,
    "control characters": split_by("\x01"),
    "escape codes": split_by("\x1b[0m"),
    "zero width": split_by("\u200b"),
    "joiners": split_by("\u2060"),
    "soft hyphens": split_by("\xad"),
    "bidirectional marks": split_by("\u200f\u061c"),
    "overrides": "\u202e" + split_by("\u2066"),
    "variation selectors": split_by("\ufe0f"),
    "tags": split_by("\U000e0061"),
    "a filler that is a letter": split_by("\u3164"),
    "combining marks": split_by("\u0338"),
    "spaces": split_by(" "),
    "line ends": split_by("\n"),
    "hyphens": split_by("-"),
    "empty elements": split_by("<b></b>"),
    "comments": split_by("<!-- -->"),
    "entities": "".join(f"&#{ord(letter)};" for letter in SECRET),
    "entities in hexadecimal": "".join(f"&#x{ord(letter):x};" for letter in SECRET),
    "entities twice": "".join(f"&amp;#{ord(letter)};" for letter in SECRET),
    "percent": "".join(f"%{ord(letter):02x}" for letter in SECRET),
    "escapes": "".join(f"\\x{ord(letter):02x}" for letter in SECRET),
    "escapes of JSON": "".join(f"\\u{ord(letter):04x}" for letter in SECRET),
    "upper case": SECRET.upper(),
    "full width": "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in SECRET),
    "mathematical": "".join(
        chr(0x1D5BA + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter for letter in SECRET
    ),
    "surrogates": split_by("\ud800"),
    "reversed": SECRET[::-1],
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal, spaced": SECRET.encode().hex(" "),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64, of a text around it": base64.b64encode(f"it is {SECRET}.".encode()).decode(),
    "base32": base64.b32encode(SECRET.encode()).decode(),
    "base85": base64.b85encode(SECRET.encode()).decode(),
    "letters apart in a repr": repr(list(SECRET)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_secret_is_found_however_it_is_spelled(spelling: str, signs: leaks.Canaries) -> None:
    text = SPELLINGS[spelling]
    for message in (text, f"got {text}, which is not right"):
        result = leaks.cleaned(a_result(message), signs)
        assert result.parts[0].checks[0].message == leaks.WITHHELD


def test_hidden_code_is_found_however_it_is_spelled(signs: leaks.Canaries) -> None:
    for text in ("\x01".join(HIDDEN_CODE), HIDDEN_CODE.replace(" ", "\n  "), HIDDEN_CODE.replace("(", "&#40;")):
        assert leaks.cleaned(a_result(text), signs).parts[0].checks[0].message == leaks.WITHHELD


def test_two_messages_that_make_the_secret_together_are_both_withheld(signs: leaks.Canaries) -> None:
    halves = [SECRET[:20], SECRET[20:]]
    checks = [CheckResult(f"c{at}", "t", "fail", 0, 2, half, None) for at, half in enumerate(halves)]
    result = msgspec.structs.replace(a_result(""), parts=[PartResult("mse_loss", 4, 6, False, checks)])
    assert [check.message for check in leaks.cleaned(result, signs).parts[0].checks] == [leaks.WITHHELD] * 2
    notes = leaks.cleaned(a_result("fine", notes=["all well", *halves]), signs)
    assert SECRET not in "".join(notes.notes)


def test_every_text_of_a_submission_is_checked(signs: leaks.Canaries) -> None:
    result = a_result("fine", problem=SECRET, notes=[SECRET], status="rejected")
    check = CheckResult("c1", "one", "fail", 0, 2, SECRET, None)
    result = msgspec.structs.replace(result, parts=[PartResult("mse_loss", 4, 6, False, [check])])
    assert SECRET not in dump(leaks.cleaned(result, signs)).decode()


def test_what_has_nothing_to_hide_stays_as_it_is(signs: leaks.Canaries) -> None:
    texts = [
        "got 1.23457, which is not the right value",
        "raised ValueError (line 3): shapes (3,) and (4,)",
        "ümlaut ½ é",
    ]
    for text in texts:
        result = a_result(text, notes=[text])
        assert leaks.cleaned(result, signs) is result


def written(course: Course, out: Path, results: list[Result]) -> dict[str, str]:
    assignment = course.assignment("01-mse")
    results = [msgspec.structs.replace(item, max_score=assignment.max_score) for item in results]
    order = Order(out, out, course, ROOT, [], 1)
    writing.write_all(order, results, [Submission(item.student, "01-mse") for item in results], {})
    kinds = (".html", ".json", ".csv")
    return {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.suffix in kinds}


def test_a_page_with_the_secret_is_withheld_and_the_class_goes_on(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = feedback.render

    def render(course: Course, assignment: Any, result: Result, *more: Any) -> str:
        return real(course, assignment, result, *more).replace("bob", split_by("\x01"))

    monkeypatch.setattr(feedback, "render", render)
    files = written(course, tmp_path, [a_result("fine", student=name) for name in ("ada", "bob", "eve")])
    assert (
        leaks.WITHHELD_PAGE in files["feedback/bob/01-mse.html"] and "mse_loss" not in files["feedback/bob/01-mse.html"]
    )
    assert all("mse_loss" in files[f"feedback/{name}/01-mse.html"] for name in ("ada", "eve"))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: bob/01-mse: ") and "withheld" in line
    assert "bob/01-mse: " in files["report.html"] and "eve/01-mse: " not in files["report.html"]
    assert not any(SECRET in text for text in files.values())


def test_the_instructor_is_told_of_a_withheld_message(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signs = leaks.canaries(ROOT, course.assignment("01-mse"))
    results = [leaks.cleaned(a_result(text, student=name), signs) for name, text in (("ada", "x"), ("bob", SECRET))]
    files = written(course, tmp_path, results)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: bob/01-mse: ") and "1 message" in line
    assert "bob/01-mse: " in files["report.html"] and "withheld" in files["feedback/bob/01-mse.html"]


def test_a_result_that_nobody_has_cleaned_is_cleaned_when_it_is_written(course: Course, tmp_path: Path) -> None:
    dressed = split_by("\u200b")
    files = written(course, tmp_path, [a_result(dressed, student="bob", notes=[dressed], problem=dressed)])
    assert leaks.WITHHELD in files["results/bob/01-mse.json"] and leaks.WITHHELD in files["results.json"]
    with sqlite3.connect(tmp_path / "gradebook.db") as book:
        comments = " ".join(str(row) for row in book.execute("select auto_comment from comment"))
    for text in (*files.values(), comments):
        assert SECRET not in re.sub("[\u200b\\\\]", "", text)


def test_a_student_whose_name_is_the_secret_stops_nobody(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = SECRET.replace("/", "")
    files = written(course, tmp_path, [a_result("fine", student=item) for item in (name, "zoe")])
    assert (
        "mse_loss" in files["feedback/zoe/01-mse.html"] and leaks.WITHHELD_PAGE in files[f"feedback/{name}/01-mse.html"]
    )
    assert SECRET not in files["report.html"] and "report.html" in capsys.readouterr().err


def test_pages_are_handed_out_in_one_zip(course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for student in ("ada", "zoë"):
        (tmp_path / "feedback" / student).mkdir(parents=True)
        (tmp_path / "feedback" / student / "01-mse.html").write_text(f"<p>{student}</p>", encoding="utf-8")
    data = handed_out.write_feedback_zip(tmp_path, ROOT, course, [])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["ada/01-mse.html", "zoë/01-mse.html"]
        assert archive.read("zoë/01-mse.html").decode() == "<p>zoë</p>"
    with pytest.raises(OutputError, match="holds no page"):
        handed_out.write_feedback_zip(tmp_path, ROOT, course, ["02"])
    (tmp_path / "feedback" / "ada" / "01-mse.html").write_text(f"<p>{SECRET}</p>")
    data = handed_out.write_feedback_zip(tmp_path, ROOT, course, [])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert leaks.WITHHELD_PAGE in archive.read("ada/01-mse.html").decode()
        assert archive.read("zoë/01-mse.html").decode() == "<p>zoë</p>"
    assert "ada/01-mse: " in capsys.readouterr().err


SPELLER = """
SPELLINGS = {spellings!r}
import itertools
turn = itertools.cycle(SPELLINGS)

def mse_loss(pred, target):
    raise ValueError(next(turn))

def rmse(pred, target):
    return next(turn)

def mae_loss(pred, target):
    return {{next(turn): 1}}

def huber_loss(pred, target, delta=1.0):
    raise type(next(turn)[:90], (ValueError,), {{}})(next(turn))

raise ValueError({secret!r})
"""


def test_a_submission_that_knows_the_secret_stops_nobody_and_shows_it_to_nobody(tmp_path: Path) -> None:
    spellings = [text.encode("utf-8", "replace").decode() for text in SPELLINGS.values()]
    source = SPELLER.format(spellings=spellings, secret=SECRET)
    honest = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
    for student, text in (("ada", honest), ("bob", source), ("eve", honest)):
        folder = tmp_path / "submitted" / student / "01-mse"
        folder.mkdir(parents=True)
        (folder / "mse.py").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "autograder", "grade", str(tmp_path / "submitted"), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warning: bob/01-mse: " in done.stderr and "withheld" in (out / "report.html").read_text()
    results = {item["student"]: item for item in json.loads((out / "results.json").read_bytes())["results"]}
    assert results["ada"]["score"] == results["eve"]["score"] == results["ada"]["max_score"]
    assert results["bob"]["status"] == "graded"
    signs = leaks.Canaries((SECRET,), (), ((letters(SECRET), letters(SECRET[::-1])), ()))
    pages = [path for path in out.rglob("*") if path.suffix in (".html", ".json", ".csv") and path.is_file()]
    assert len(pages) > 8
    assert [str(path) for path in pages if signs.in_page(path.read_text())] == []
    with sqlite3.connect(out / "gradebook.db") as book:
        assert not signs.in_page(" ".join(str(row) for row in book.execute("select auto_comment from comment")))
