"""`losslab predict`: the answers are right, are shipped sealed, and are taken as people write them."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import msgspec
import numpy as np
import pytest

from autograder.base.errors import ReleaseError
from autograder.course import Course
from autograder.release import predictions
from autograder.student import progress
from autograder.student.seal import Sheet, accepted, canonical, opened, seal
from autograder.student.terminal.predict import FILENAME

ROOT = Path(__file__).parent.parent
QUESTIONS = [(name, item) for name, items in predictions.read(ROOT).items() for item in items]


def reference(assignment: str, course: Course) -> dict[str, object]:
    import torch

    module = course.assignment(assignment).module
    path = ROOT / "solutions" / assignment / f"{module}.py"
    space = types.ModuleType(module)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(space))
    return {"np": np, "torch": torch, "math": math} | vars(space)


@pytest.mark.parametrize(("assignment", "question"), QUESTIONS, ids=[item.call for _, item in QUESTIONS])
def test_each_answer_is_what_the_reference_gives(
    assignment: str, question: predictions.Question, course: Course
) -> None:
    try:
        with np.errstate(all="ignore"):
            given = str(float(eval(question.call, reference(assignment, course))))
    except Exception as error:
        given = type(error).__name__
    sealed = seal("salt", "", str(question.answer), question.why)
    assert opened(sealed, given) == question.why, f"the reference gives {given}"


def test_at_least_two_exercises_are_predicted() -> None:
    assert len({name for name, _ in QUESTIONS}) >= 2 and len(QUESTIONS) >= 10


@pytest.mark.parametrize("assignment", sorted({name for name, _ in QUESTIONS}))
def test_no_answer_and_no_explanation_can_be_read_in_what_is_shipped(assignment: str) -> None:
    text = (ROOT / "assignments" / assignment / FILENAME).read_text(encoding="utf-8")
    sheet = msgspec.json.decode(text, type=Sheet)
    items = predictions.read(ROOT)[assignment]
    assert len(sheet.questions) == len(items)
    for item, sealed in zip(items, sheet.questions, strict=True):
        shipped = f"{sealed.salt} {sealed.check} {sealed.why}"
        assert item.why not in text and str(item.answer) not in shipped.split()
        assert opened(sealed, str(item.answer)) == item.why


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("0.693", True), ("0.69", True), (".6931", True), ("0,693", True), ("6.93e-1", True), (" 0.6931472 ", True),
        ("0.68", False), ("0.7", False), ("-0.693", False), ("inf", False), ("log 2", False), ("", False),
    ],
)  # fmt: skip
def test_a_number_counts_within_half_a_percent(said: str, counts: bool) -> None:
    assert (opened(seal("salt", "", "0.693", "because"), said) == "because") is counts


@pytest.mark.parametrize(
    ("answer", "said", "counts"),
    [
        (".25", "1/4", True), ("0", "0.0", True), ("0", "-0", True), ("0", "0.01", False), ("inf", "∞", True),
        ("inf", "Infinity", True), ("-inf", "-inf", True), ("inf", "-inf", False), ("nan", "NaN", True), ("nan", "0", False),
        ("ValueError", "valueerror", True), ("ValueError", "a ValueError", False), ("ValueError", "`ValueError`", True),
        ("ValueError", "TypeError", False), ("1000", "1e3", True), ("1000", "999", True), ("1", "1/0", False),
    ],
)  # fmt: skip
def test_other_answers_count_as_people_write_them(answer: str, said: str, counts: bool) -> None:
    assert (opened(seal("salt", "", answer, "because"), said) is not None) is counts


@pytest.mark.parametrize("said", ["", "a few", "1/x", "0x10", "os.system('x')", "error of mine"])
def test_what_is_no_answer_is_none(said: str) -> None:
    assert canonical(said) is None and not list(accepted(said))


def test_an_answer_that_is_none_cannot_be_released(tmp_path: Path, course: Course) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / predictions.SOURCE).write_text("01-mse:\n  - {call: f(), answer: about two, why: because}\n")
    with pytest.raises(ReleaseError, match="about two"):
        predictions.sheet(tmp_path, course.assignment("01-mse"))
    (tmp_path / predictions.SOURCE).write_text("01-mse:\n  - {call: f(), anwser: 2, why: because}\n")
    with pytest.raises(ReleaseError, match="anwser") as caught:
        predictions.sheet(tmp_path, course.assignment("01-mse"))
    assert "\n" not in str(caught.value)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "course.yml", tmp_path)
    shutil.copytree(ROOT / "assignments" / "02-cross-entropy", tmp_path / "02-cross-entropy")
    return tmp_path


def predict(folder: Path, said: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "predict", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_answers_from_a_pipe_are_told_and_remembered(home: Path, course: Course) -> None:
    first = predict(home, "0.3\n0.25\nwhat\n1\ns\n", "02-cross-entropy")
    assert first.returncode == 1 and first.stderr == ""
    assert "not quite; try again, 2 of 3" in first.stdout and "that is no number" in first.stdout
    assert "2 of 7 predicted" in first.stdout and first.stdout.count("✓ right.") == 2
    assert len(progress.load(home).predicted["02-cross-entropy"]) == 2
    again = predict(home / "02-cross-entropy", "nan\nq\n")
    assert "2 of 7 were predicted before." in again.stdout and "3 of 7: what is softmax_naive" in again.stdout
    assert "3 of 7 predicted" in again.stdout


def test_three_wrong_answers_go_on_without_telling(home: Path) -> None:
    told = predict(home, "7\n8\n9\n", "02").stdout
    assert "go on, and come back to it later" in told and "2 of 7: what is" in told and "0.25" not in told


def test_all_predicted_is_exit_0_and_asks_nothing_more(home: Path) -> None:
    said = "".join(f"{item.answer}\n" for name, item in QUESTIONS if name == "02-cross-entropy")
    done = predict(home, said, "02-cross-entropy")
    assert done.returncode == 0 and "7 of 7 predicted; next: losslab check 02-cross-entropy" in done.stdout
    assert "what is" not in predict(home, "", "02-cross-entropy").stdout


def test_an_exercise_without_questions_and_a_damaged_sheet_are_one_line(home: Path) -> None:
    shutil.copytree(ROOT / "assignments" / "01-mse", home / "01-mse")
    none = predict(home, "", "01-mse")
    assert none.returncode == 2 and "those that do: 02-cross-entropy" in none.stderr
    (home / "02-cross-entropy" / FILENAME).write_text("{")
    broken = predict(home, "", "02-cross-entropy")
    assert broken.returncode == 2 and "download the exercise again" in broken.stderr
    assert broken.stderr.count("\n") == none.stderr.count("\n") == 1
