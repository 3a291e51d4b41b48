"""`losslab submit`: what it refuses, what it says, and that `losslab grade` takes what it packs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import nbgrader_course as office
import pytest

from autograder.base.errors import OutputError, SubmissionError
from autograder.course import Course
from autograder.intake import folder as intake
from autograder.student import saved, submit

ROOT = Path(__file__).parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A kit in which 01-mse is solved as a script; the notebook beside it is as it came, and older."""
    shutil.copy(ROOT / "course.yml", tmp_path)
    folder = tmp_path / "01-mse"
    shutil.copytree(ROOT / "assignments" / "01-mse", folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(ROOT / "solutions" / "01-mse" / "mse.py", folder)
    os.utime(folder / "mse.ipynb", (1e9, 1e9))
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def pack(home: Path, course: Course, **options: dict[str, int]) -> submit.Packed:
    return submit.pack(course.assignment("01-mse"), home / "01-mse", home / "a.zip", **options)


def test_grade_takes_the_zip_with_its_manifest_and_gives_what_the_script_gets(home: Path, course: Course) -> None:
    packed = pack(home, course, hints={"mse_grad": 2})
    for student, path in (("zip", packed.path), ("script", home / "01-mse" / "mse.py")):
        (home / "submitted" / student / "01-mse").mkdir(parents=True)
        shutil.copy(path, home / "submitted" / student / "01-mse")
    for name in ("autograder", "solutions", "assignments"):
        (home / name).symlink_to(ROOT / name)
    done = run(home, "grade", "submitted", "--out", "grades", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    results = [json.loads((home / "grades/results" / name / "01-mse.json").read_text()) for name in ("zip", "script")]
    for result in results:
        assert result["status"] == "graded" and result["score"] == result["max_score"] == 32
        assert result["notes"] == []
    assert results[0]["parts"] == results[1]["parts"]


def test_the_manifest_holds_the_hints_that_were_asked_for_and_submit_says_so(home: Path, course: Course) -> None:
    packed = pack(home, course, hints={"rmse": 1, "mse_grad": 3})
    with zipfile.ZipFile(packed.path) as archive:
        assert json.loads(archive.read("manifest.json"))["hints"] == {"mse_grad": 3, "rmse": 1}
    assert any("which hints you asked for: mse_grad (3), rmse (1)" in note for note in packed.notes)
    with zipfile.ZipFile(pack(home, course).path) as archive:
        assert "hints" not in json.loads(archive.read("manifest.json"))


def test_submit_lists_every_file_of_the_folder_as_in_or_out(home: Path) -> None:
    folder = home / "01-mse"
    (folder / "helper.py").write_text("ONE = 1\n")
    (folder / "drafts").mkdir()
    (folder / "big.py").write_text("#" * (submit.MAX_BYTES + 1))
    done = run(home, "submit", "01-mse")
    assert done.returncode == 0, done.stderr
    assert "in the zip: helper.py, mse.py\n" in done.stdout
    assert "not in the zip: README.md, big.py, drafts/, mse.ipynb, test_mse.py\n" in done.stdout
    assert "note:" not in done.stdout  # the notebook is as it came


def test_submit_mentions_work_in_the_older_file(home: Path, course: Course) -> None:
    nbformat.write(office.solved(), home / "01-mse" / "mse.ipynb")
    os.utime(home / "01-mse" / "mse.ipynb", (1e9, 1e9))
    (note,) = pack(home, course).notes
    assert "mse.ipynb has work in it, too (mse_loss, mse_grad, rmse, ...), but mse.py was saved last" in note
    os.utime(home / "01-mse" / "mse.ipynb", (3e9, 3e9))
    packed = pack(home, course)
    assert packed.names == ["mse.ipynb"] and packed.notes[0].startswith("mse.py has work in it, too")


def test_a_stub_saved_after_the_work_is_not_handed_in(home: Path) -> None:
    os.utime(home / "01-mse" / "mse.ipynb", (3e9, 3e9))
    done = run(home, "submit", "01-mse")
    assert done.returncode == 0 and "in the zip: mse.py" in done.stdout


def test_submit_says_that_a_cell_that_is_not_python_is_left_out(home: Path, course: Course) -> None:
    (home / "01-mse" / "mse.py").write_text("# %%\ndef mse_loss(pred, target):\n    return 1\n# %%\ndef broken(:\n")
    (note,) = pack(home, course).notes
    assert note.startswith("mse.py line 5") and "was left out" in note


@pytest.mark.parametrize("trace", [".#mse.py", "#mse.py#", ".mse.py.swp", ".mse.py.kate-swp"])
def test_a_file_that_is_open_in_an_editor_is_refused(home: Path, course: Course, trace: str) -> None:
    (home / "01-mse" / trace).write_bytes(b"")
    with pytest.raises(SubmissionError, match="open in an editor"):
        pack(home, course)


def test_a_notebook_older_than_its_checkpoint_is_refused(home: Path, course: Course) -> None:
    folder = home / "01-mse"
    nbformat.write(office.solved(), folder / "mse.ipynb")
    (folder / ".ipynb_checkpoints").mkdir()
    checkpoint = Path(shutil.copy2(folder / "mse.ipynb", folder / ".ipynb_checkpoints" / "mse-checkpoint.ipynb"))
    os.utime(folder / "mse.ipynb", (3e9, 3e9))
    os.utime(checkpoint, (3e9 + 1, 3e9 + 1))  # as Jupyter leaves them: saved, then copied
    assert pack(home, course).names == ["mse.ipynb"]
    os.utime(checkpoint, (3e9 + 60, 3e9 + 60))
    with pytest.raises(SubmissionError, match="older than Jupyter's checkpoint"):
        pack(home, course)


def test_a_notebook_with_too_large_outputs_is_refused_before_anything_is_written(
    home: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MAX_FILE_BYTES", 1000)
    with pytest.raises(SubmissionError, match="clear the outputs"):
        pack(home, course)
    assert not (home / "a.zip").exists()


def test_a_zip_that_was_not_written_correctly_is_noticed(
    home: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "write_file", lambda path, data, remedy: path.write_bytes(data[:-1]))
    with pytest.raises(OutputError, match="does not hold what was written"):
        pack(home, course)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_line_ends_and_byte_order_marks_of_other_systems_are_accepted(
    home: Path, course: Course, encoding: str
) -> None:
    path = home / "01-mse" / "mse.py"
    path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    packed = pack(home, course)
    (home / "handed in").mkdir()
    shutil.copy(packed.path, home / "handed in")
    submission = intake.read("me", course.assignment("01-mse"), home / "handed in")
    assert submission.problem is None and "\r" not in submission.source and not submission.notes


def test_a_folder_with_spaces_and_letters_of_other_alphabets(home: Path) -> None:
    folder = home / "Übung (1) 课程" / "01-mse"
    folder.parent.mkdir()
    (home / "01-mse").rename(folder)
    for encoding in ("utf-8", "cp1252", "ascii"):  # what consoles speak; no letter of a path or mark ends a command
        done = run(folder, "submit", PYTHONIOENCODING=encoding)
        assert done.returncode == 0 and (folder.parent / "01-mse.zip").is_file(), done.stderr
        assert run(folder, "check", PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('def mse_loss(pred, target):\n    """Doc."""\n    # YOUR CODE HERE\n    raise NotImplementedError()\n', []),
        ("def mse_loss(pred, target):\n    raise NotImplementedError\n", []),
        ("def mse_loss(pred, target):\n    raise ValueError\n", ["mse_loss"]),
        ("def mse_loss(pred, target):\n    return 1\ndef of_my_own():\n    return 2\n", ["mse_loss"]),
        ("class mse_loss:\n    def __init__(self):\n        raise NotImplementedError()\n", []),
        ("class mse_loss:\n    def __init__(self):\n        self.x = 1\n", ["mse_loss"]),
    ],
)
def test_what_counts_as_written(course: Course, text: str, names: list[str]) -> None:
    assert saved.written(course.assignment("01-mse"), text) == names


def test_no_released_stub_counts_as_written(course: Course) -> None:
    for assignment in course.assignments:
        for suffix in saved.SUFFIXES:
            text, _ = saved.converted(ROOT / "assignments" / assignment.id / f"{assignment.module}{suffix}")
            assert saved.written(assignment, text) == []
