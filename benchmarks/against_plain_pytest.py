"""`losslab grade` against a loop of plain pytest processes: the same submissions, the same checks, one after the other.

python benchmarks/against_plain_pytest.py [--submissions 20] [--repeats 3]

Both sides run in this one run, one process at a time (`--jobs 1`), interpreter start included; LossLab isolates each
submission and writes gradebook and pages, the loop does neither. The figure is the median of the ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
MODULES = {"01-mse": "mse", "02-cross-entropy": "cross_entropy"}


def submissions(count: int) -> list[tuple[str, str, Path]]:
    """Student, assignment and script of the first `count` that plain pytest can import at all, and that do not hang it."""
    found = []
    for folder in sorted(CLASS.iterdir()):
        for assignment, module in MODULES.items():
            path = folder / assignment / f"{module}.py"
            if path.is_file() and not path.is_symlink() and _imports(path) and b"while True" not in path.read_bytes():
                found.append((folder.name, assignment, path))
    return found[:count]


def _imports(path: Path) -> bool:
    command = [sys.executable, "-c", f"import runpy; runpy.run_path({str(path)!r})"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def loop_of_pytest(chosen: list[tuple[str, str, Path]]) -> float:
    """Seconds for one pytest process a submission."""
    started = time.perf_counter()
    for _, assignment, path in chosen:
        reference = ROOT / "solutions" / assignment / f"{MODULES[assignment]}.py"
        variables = {**os.environ, "SUBMISSION": str(path), "REFERENCE": str(reference), "PYTHONPATH": str(ROOT)}
        graders = str(ROOT / "autograder" / "graders" / assignment)
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-c", os.devnull, "-p", "benchmarks.plain", graders]
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{path}: plain pytest ended with {done.returncode}\n{done.stdout[-500:]}")
    return time.perf_counter() - started


def losslab(chosen: list[tuple[str, str, Path]], folder: Path) -> float:
    """Seconds for one `losslab grade` of all."""
    submitted = folder / "submitted"
    for student, assignment, path in chosen:
        (submitted / student / assignment).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, submitted / student / assignment)
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(folder / "out"), "--jobs", "1"]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    chosen = submissions(wanted.submissions)
    ratios = []
    for _ in range(wanted.repeats):
        plain = loop_of_pytest(chosen)
        with tempfile.TemporaryDirectory() as folder:
            ours = losslab(chosen, Path(folder))
        ratios.append(plain / ours)
        each = len(chosen)
        print(f"plain pytest {plain / each:.2f} s, losslab {ours / each:.3f} s a submission: {ratios[-1]:.1f} times")
    print(
        f"median of {len(ratios)} runs over {len(chosen)} submissions: losslab is {statistics.median(ratios):.1f} times as fast"
    )


if __name__ == "__main__":
    main()
