"""A disk that is full, or may not be written to: one line, and nothing half written."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    for student in ("student-01", "student-05", "student-06"):
        shutil.copytree(CLASS / student / "01-mse", tmp_path / "submitted" / student / "01-mse")
    return tmp_path / "submitted"


def grade(submitted: Path, out: Path, *mounts: str) -> subprocess.CompletedProcess[str]:
    """Run `losslab grade` where some folders are mounted otherwise."""
    outside = ["bwrap", "--dev-bind", "/", "/", *mounts] if mounts else []
    command = [*outside, sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out)]
    # Behind another bubblewrap the strongest wall may not be had; which one it is does not matter here.
    command += ["--sandbox", "process"] if mounts else []
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("losslab:")]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bwrap is not installed")
def test_a_read_only_folder_is_one_line(submitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    done = grade(submitted, out, "--ro-bind", str(out), str(out))
    assert done.returncode == 2 and len(told(done)) == 1 and "Traceback" not in done.stderr
    assert str(out) in told(done)[0] and "Read-only" in told(done)[0] and "choose another --out" in told(done)[0]
    assert list(out.iterdir()) == []


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bwrap is not installed")
@pytest.mark.parametrize("kib", [8, 150])
def test_a_full_disk_is_one_line_and_every_file_is_whole(submitted: Path, tmp_path: Path, kib: int) -> None:
    out, kept = tmp_path / "out", tmp_path / "kept"
    out.mkdir()
    program = (
        "import shutil, subprocess, sys\n"
        "done = subprocess.run(sys.argv[3:])\n"
        "shutil.copytree(sys.argv[1], sys.argv[2])\n"  # the small disk is gone when this ends
        "sys.exit(done.returncode)\n"
    )
    inner = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), "--sandbox", "process"]
    small = ["--size", str(kib << 10), "--tmpfs", str(out)]
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", *small, sys.executable, "-c", program, str(out), str(kept), *inner],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and len(told(done)) == 1 and "Traceback" not in done.stderr, done.stderr
    assert "choose another --out" in told(done)[0] or "gradebook cannot be" in told(done)[0]
    for path in kept.rglob("*"):
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix == ".html":
            assert path.read_text().rstrip().endswith("</html>")
    again = grade(submitted, kept)
    assert again.returncode == 0, again.stderr
    assert len(json.loads((kept / "results.json").read_bytes())["results"]) == 3
