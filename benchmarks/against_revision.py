"""Compare the cost of grading a class with another revision of this repository, in turns on the same machine.

    python -m benchmarks.against_revision REVISION [--count 200] [--rounds 3] [--assignment 01-mse ...]

Submissions are those of benchmarks.scale. Each side grades them with its own course, graders and program, in the same
environment; the fastest run of each side is compared.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .scale import ROOT, make


def seconds(program: Path, submitted: Path, out: Path, assignments: list[str]) -> float:
    """Measure the wall time of one `losslab grade` from scratch."""
    chosen = [argument for name in assignments for argument in ("--assignment", name)]
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), "--force", *chosen]
    started = time.perf_counter()
    subprocess.run(
        command, cwd=program, env={**os.environ, "PYTHONPATH": str(program)}, check=True, capture_output=True
    )
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--assignment", action="append", default=[])
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, before = Path(name), Path(name, "before")
        subprocess.run(["git", "worktree", "add", "--detach", str(before), wanted.revision], cwd=ROOT, check=True)
        try:
            make(folder / "submitted", wanted.count)
            taken: dict[str, list[float]] = {"before": [], "now": []}
            for number in range(wanted.rounds):
                for side, program in (("before", before), ("now", ROOT)):
                    out = folder / f"out-{side}-{number}"
                    taken[side].append(seconds(program, folder / "submitted", out, wanted.assignment))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(before)], cwd=ROOT, check=True)
    for side, runs in taken.items():
        print(f"{side}: {', '.join(f'{run:.1f}' for run in runs)} s")
    print(f"{wanted.count} submissions take {min(taken['now']) / min(taken['before']):.2f} times as long")


if __name__ == "__main__":
    main()
