"""Students whose names are patterns, or longer than a file's name may be, in nbgrader's own commands."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import nbformat
import nbgrader_course as kit
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc

from autograder import course as courses
from autograder.intake import bounded, names
from autograder.nbgrader_plugins import literal, readable

STUDENTS = ("[ab]", "a", "*", "\udce9" * 60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = kit.make(tmp_path_factory.mktemp("course"))
    solution = (kit.ROOT / "solutions" / "01-mse" / "mse.py").read_bytes()
    for student in STUDENTS:
        kit.hand_in_notebook(folder, student, solution, "mse.py")
    # In formgrader's notebook, what costs the parser more than intake allows, and a timestamp that is a folder.
    kit.hand_in_notebook(folder, "slow", b"# %%\nx = f'" + b"{a}" * 85_000 + b"'\n# %%\ny = = 1\n", "mse.py")
    (folder / "submitted" / "a" / "01-mse" / "timestamp.txt").mkdir()
    kit.run(folder, "nbgrader", "generate_assignment", "01-mse")
    kit.run(folder, "nbgrader", "autograde", "01-mse")
    kit.run(folder, "nbgrader", "generate_feedback", "01-mse")
    return folder


@pytest.mark.parametrize("student", STUDENTS, ids=[ascii(name)[:20] for name in STUDENTS])
def test_a_name_that_is_a_pattern_is_graded_and_gets_feedback(folder: Path, student: str) -> None:
    called = names.student_id(student)
    with Gradebook(f"sqlite:///{folder / 'grades' / 'gradebook.db'}", course_id="loss-functions") as book:
        submission = book.find_submission("01-mse", called)
        assert submission.score == submission.max_score > 0
    for step, name in (("autograded", "mse.ipynb"), ("feedback", "mse.html")):
        assert (folder / step / called / "01-mse" / name).is_file()


def test_what_takes_too_long_to_read_is_shown_with_its_reason(folder: Path) -> None:
    assert "takes more than 4 s to read" in (folder / "autograded" / "slow" / "01-mse" / "mse.ipynb").read_text()


ODD_CELLS = {
    "half of a pair": {"cell_type": "markdown", "metadata": {}, "source": "\ud800 here"},
    "many lines": {"cell_type": "raw", "metadata": {"nbgrader": []}, "source": ["here\n"] * 10_000},
    "no text": {"cell_type": "code", "metadata": {}, "outputs": [], "source": "here"},
}


@pytest.mark.parametrize("name", ODD_CELLS)
def test_an_odd_cell_is_shown(tmp_path: Path, name: str) -> None:
    solved = nbformat.read(kit.ROOT / "assignments" / "01-mse" / "mse.ipynb", as_version=4)
    source = tmp_path / "ada" / "01-mse"
    source.mkdir(parents=True)
    (source / "mse.ipynb").write_text(json.dumps({**solved, "cells": [*solved.cells, ODD_CELLS[name]]}))
    assignment = courses.load(kit.ROOT / "course.yml").assignment("01-mse")
    told = list(readable.write_notebook(assignment, source, tmp_path / "shown", kit.ROOT / "assignments" / "01-mse"))
    readable.done_reading()
    assert told == [] and "here" in (tmp_path / "shown" / "mse.ipynb").read_text()


@pytest.mark.parametrize("offset", ["+02:00:30", "-11:59:59", "+02:00", ""])
def test_a_time_with_any_offset_can_be_read_by_nbgrader(tmp_path: Path, offset: str) -> None:
    source = tmp_path / "ada" / "01-mse"
    source.mkdir(parents=True)
    (source / "mse.py").write_text("mine = 1\n")
    (source / "timestamp.txt").write_text(f"2027-02-01 10:00:00{offset}")
    assignment = courses.load(kit.ROOT / "course.yml").assignment("01-mse")
    list(readable.write_notebook(assignment, source, tmp_path / "shown", kit.ROOT / "assignments" / "01-mse"))
    readable.done_reading()
    moment = datetime.datetime.fromisoformat(f"2027-02-01 10:00:00{offset or '+00:00'}")
    written = (tmp_path / "shown" / "timestamp.txt").read_text()
    assert parse_utc(written) == moment.astimezone(datetime.UTC).replace(tzinfo=None)


def test_a_notebook_that_breaks_what_shows_it_is_shown_as_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "ada" / "01-mse"
    source.mkdir(parents=True)
    (source / "mse.py").write_text("mine = 1\n")
    monkeypatch.setattr(readable, "_reader", bounded.Reader(lambda request: os._exit(1)))
    assignment = courses.load(kit.ROOT / "course.yml").assignment("01-mse")
    told = list(readable.write_notebook(assignment, source, tmp_path / "shown", kit.ROOT / "assignments" / "01-mse"))
    readable.done_reading()
    assert told == ["its notebook is shown as plain code (breaks what reads it)"]
    shown = nbformat.read(tmp_path / "shown" / "mse.ipynb", as_version=4)
    assert shown.cells[0].source == "mine = 1\n" and len(shown.cells) > 5


def test_folders_that_are_found_are_taken_by_their_names(tmp_path: Path) -> None:
    for student in ("[ab]", "a", "b", "*"):
        (tmp_path / student / "01-mse").mkdir(parents=True)
        (tmp_path / student / "01-mse" / "mse.ipynb").touch()
    found = {os.path.relpath(path, tmp_path) for path in literal.glob(f"{tmp_path}/*/01-mse")}
    assert found == {"[ab]/01-mse", "a/01-mse", "b/01-mse", "*/01-mse"}
    assert {os.path.relpath(path, tmp_path) for path in literal.glob(f"{tmp_path}/[ab]/01-mse")} == {
        "[ab]/01-mse", "a/01-mse", "b/01-mse"}  # fmt: skip
    for student in ("[ab]", "*"):
        folder = tmp_path / student / "01-mse"
        assert literal.glob(f"{folder}/*.ipynb") == [f"{folder}/mse.ipynb"]
