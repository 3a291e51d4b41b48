"""Unchanged submissions are not graded again, and interrupted grading continues where it stopped."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    for number in (1, 5, 8, 21):
        student = f"student-{number:02}"
        shutil.copytree(CLASS / student / "01-mse", folder / student / "01-mse")
    return folder


def command(submitted: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), *options]


def grade(submitted: Path, out: Path, *options: str) -> int:
    """How many submissions were graded now."""
    done = subprocess.run(command(submitted, out, *options), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    count: int = json.loads((out / "timings.json").read_bytes())["graded_now"]
    return count


def test_only_changed_submissions_are_graded_again(submitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert grade(submitted, out) == 3
    before = (out / "results.json").read_bytes()
    assert grade(submitted, out) == 0
    assert (out / "results.json").read_bytes() == before
    path = submitted / "student-05" / "01-mse" / "mse.py"
    path.write_text(path.read_text() + "\nmse_loss = None\n")
    assert grade(submitted, out) == 1
    assert (out / "results.json").read_bytes() != before
    assert grade(submitted, out, "--force") == 3


def test_a_submission_with_a_damaged_entry_is_graded_again(submitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade(submitted, out)
    before = (out / "results.json").read_bytes()
    (out / ".graded" / "stamp").unlink()  # or nothing would be read at all
    entry = next(path for path in (out / ".graded").rglob("*") if path.is_file())
    entry.write_bytes(b"\x93half")
    assert grade(submitted, out) == 1
    assert (out / "results.json").read_bytes() == before


def test_a_grader_that_was_killed_is_started_again_and_ends_with_the_same_results(
    submitted: Path, tmp_path: Path
) -> None:
    grade(submitted, tmp_path / "undisturbed")
    wanted = (tmp_path / "undisturbed" / "results.json").read_bytes()
    out = tmp_path / "out"
    for seconds in (1.5, 2.5, 3.2):
        process = subprocess.Popen(
            command(submitted, out, "--force"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert left_behind(out) == []
    grade(submitted, out)
    assert (out / "results.json").read_bytes() == wanted


def left_behind(out: Path, patience: float = 5.0) -> list[str]:
    """Command lines of processes that still write to `out`, once they have had time to end."""
    until = time.monotonic() + patience
    while True:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        found = [line for line in found if str(out) in line]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.05)
