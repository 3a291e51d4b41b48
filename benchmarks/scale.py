"""The cost in time and memory of ten times as many submissions, and of grading them again.

    python -m benchmarks.scale [--few 200] [--many 2000]

Submissions are those of the sample class to 01-mse and 02-cross-entropy, wrong, endless and broken ones among them, over
and over, each a little different. All cores are used.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
ASSIGNMENTS = ("01-mse", "02-cross-entropy")


@dataclass(frozen=True)
class Run:
    """One `losslab grade`: seconds, and the peak memory of its largest process in MiB."""

    seconds: float
    peak: float


def make(folder: Path, count: int) -> None:
    """Make `count` submissions, two for each student."""
    students = sorted(path for path in CLASS.iterdir() if path.is_dir())
    for number in range(count // len(ASSIGNMENTS)):
        for name in ASSIGNMENTS:
            there = folder / f"student{number:05}" / name
            shutil.copytree(students[number % len(students)] / name, there, symlinks=True)
            for script in there.glob("*.py"):
                if not script.is_symlink():
                    with script.open("ab") as file:
                        file.write(f"\n# {number}\n".encode())


def grade(submitted: Path, out: Path) -> Run:
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out)]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=200)
    parser.add_argument("--many", type=int, default=2000)
    wanted = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (wanted.few, wanted.many):
            submitted, out = Path(folder) / f"class{count}", Path(folder) / f"out{count}"
            make(submitted, count)
            first, again = grade(submitted, out), grade(submitted, out)
            runs.append(first)
            new = json.loads((out / "timings.json").read_bytes())["graded_now"]
            report = (out / "report.html").stat().st_size / (1 << 20)
            print(f"{count} submissions: {first.seconds:.1f} s ({count / first.seconds:.0f} a second),", end=" ")
            print(f"peak {first.peak:.0f} MiB; again {again.seconds:.1f} s, {new} graded anew; report {report:.1f} MiB")
    few, many = runs
    print(f"time {many.seconds / few.seconds:.2f} times, peak memory {many.peak / few.peak:.2f} times")


if __name__ == "__main__":
    main()
