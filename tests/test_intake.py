"""From what students hand in to one Submission each; bad input is one line, and never an exception."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.intake import folder
from autograder.intake.submission import Submission


@pytest.fixture
def hand_in(tmp_path: Path, course: Course):  # type: ignore[no-untyped-def]
    def run(files: dict[str, bytes]) -> Submission:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return folder.read("ada", course.assignments[0], tmp_path)

    return run


def notebook(*cells: str) -> bytes:
    body = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for i, cell in enumerate(cells)
    ]
    return json.dumps({"cells": body, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def archive(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, data)
    return buffer.getvalue()


def test_a_script_is_taken_as_it_is(hand_in) -> None:  # type: ignore[no-untyped-def]
    assert hand_in({"mse.py": b"x = 1\r\n"}).source == "x = 1\n"


def test_magics_do_no_harm_and_timed_cells_stay(hand_in) -> None:  # type: ignore[no-untyped-def]
    cells = ["%matplotlib inline\nx = 1", "%%time\ny = 2", "%%bash\nrm -rf /", "z = (7\n     % 4)"]
    namespace: dict[str, object] = {"get_ipython": lambda: type("S", (), {"run_line_magic": lambda *a: None})()}
    exec(hand_in({"mse.ipynb": notebook(*cells)}).source, namespace)
    assert (namespace["x"], namespace["y"], namespace["z"]) == (1, 2, 3)


def test_a_cell_that_does_not_parse_costs_itself(hand_in) -> None:  # type: ignore[no-untyped-def]
    submission = hand_in({"mse.ipynb": notebook("x = 1", "def f(:\n  pass", "y = 2")})
    assert submission.problem is None
    assert "x = 1" in submission.source and "y = 2" in submission.source
    assert submission.notes == ["mse.ipynb line 2: invalid syntax; cell 2 was left out"]


def test_a_script_in_cells_loses_only_the_broken_one(hand_in) -> None:  # type: ignore[no-untyped-def]
    submission = hand_in({"mse.py": b"# %%\nx = 1\n# %%\nx = = 2\n# %%\ny = 2\n"})
    assert "y = 2" in submission.source and "= =" not in submission.source and len(submission.notes) == 1


def test_a_zip_is_read_without_unpacking(hand_in, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert hand_in({"work.zip": archive("work/mse.py", b"x = 1\n")}).source == "x = 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["work.zip"]


def test_a_timestamp_is_utc(hand_in) -> None:  # type: ignore[no-untyped-def]
    submission = hand_in({"mse.py": b"x = 1\n", "timestamp.txt": b"2027-02-01 10:00:00 UTC"})
    assert submission.timestamp is not None and submission.timestamp.isoformat() == "2027-02-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({}, "mse.py: is missing and the folder is empty; hand in mse.py or mse.ipynb"),
        ({"mse.py": b"def f(:\n"}, "mse.py line 1: invalid syntax; run it once before you hand it in"),
        ({"mse.py": b"\xff\xfe"}, "mse.py: is not UTF-8 (byte 0); save it as UTF-8 and hand it in again"),
        (
            {"mse.ipynb": notebook("x = 1")[:40]},
            "mse.ipynb: is not a whole notebook (NotJSONError); save it again from Jupyter",
        ),
        (
            {"a.zip": archive("../mse.py", b"")},
            "a.zip: '../mse.py' leads out of the archive; pack it again from its own folder",
        ),
        ({"a.zip": b"PK nonsense"}, "a.zip: is not a whole zip archive (BadZipFile); pack it again"),
    ],
)
def test_bad_input_is_one_line(hand_in, files: dict[str, bytes], line: str) -> None:  # type: ignore[no-untyped-def]
    assert hand_in(files).problem == line


def test_a_symbolic_link_is_refused(hand_in, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mse.py").symlink_to("/etc/passwd")
    assert "symbolic link" in hand_in({}).problem
