"""How long students wait, each figure a median: python -m benchmarks.students_wait [--runs 7]

Wall and processor seconds of whole commands, and their ratio to the bare import that no kit can do without, measured in
the same run. `--watch` is measured from the moment that the file is saved to the verdict on the screen.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NUMPY, TORCH = ("01-mse", "mse"), ("04-focal-loss", "focal_loss")


@dataclass(frozen=True)
class Row:
    """Medians of one command, and of the import that it is compared with."""

    name: str
    wall: float
    cpu: float | None
    floor: str


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        home = a_students_folder(Path(folder))
        rows = [
            a_row("python -c 'import numpy'", ["-c", "import numpy"], home, runs, "numpy"),
            a_row("python -c 'import torch'", ["-c", "import torch"], home, runs, "torch"),
            *(losslab(words, home, runs, "numpy") for words in ("--help", "hint 01-mse/rmse --again", "status")),
            losslab("check 01-mse", home, runs, "numpy"),
            losslab("check 04-focal-loss", home, runs, "torch"),
            Row("check 01-mse --watch, save to verdict", watched(NUMPY, home, runs), None, "numpy"),
            Row("check 04-focal-loss --watch, save to verdict", watched(TORCH, home, runs), None, "torch"),
        ]
    print("\n".join(markdown(rows)))


def a_students_folder(home: Path) -> Path:
    """Make the course as a student has it, with two exercises solved."""
    shutil.copy(ROOT / "course.yml", home)
    shutil.copytree(ROOT / "assignments", home / "assignments")
    for assignment, module in (NUMPY, TORCH):
        folder = home / "assignments" / assignment
        shutil.copy(ROOT / "solutions" / assignment / f"{module}.py", folder)
        (folder / f"{module}.ipynb").unlink()
    return home


def losslab(words: str, home: Path, runs: int, floor: str) -> Row:
    return a_row(f"losslab {words}", ["-m", "autograder", *words.split()], home, runs, floor)


def a_row(name: str, arguments: list[str], home: Path, runs: int, floor: str) -> Row:
    """Measure runs from the shell; a first one fills the file caches and does not count."""
    walls, cpus = [], []
    for run in range(runs + 1):
        before, start = os.times(), time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], cwd=home, env=environment(), stdout=subprocess.DEVNULL, check=False
        )
        wall, after = time.perf_counter() - start, os.times()
        if run:
            walls.append(wall)
            spent = after.children_user - before.children_user + after.children_system - before.children_system
            cpus.append(spent)
    return Row(name, statistics.median(walls), statistics.median(cpus), floor)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def watched(exercise: tuple[str, str], home: Path, runs: int) -> float:
    """Measure the median seconds from a save to the line that ends a verdict."""
    assignment, module = exercise
    path = home / "assignments" / assignment / f"{module}.py"
    command = [sys.executable, "-m", "autograder", "check", assignment, "--watch"]
    with subprocess.Popen(
        command, cwd=home, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        until_verdict(process)
        waits = []
        for run in range(runs):
            time.sleep(2)  # people save only now and then, when the other parts have already run
            start = time.perf_counter()
            path.write_text(path.read_text(encoding="utf-8") + f"# saved {run}\n", encoding="utf-8")
            until_verdict(process)
            waits.append(time.perf_counter() - start)
        process.kill()
    return statistics.median(waits)


def until_verdict(process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Read until the line that lists the keys, which ends each verdict."""
    assert process.stdout is not None
    told = b""
    while b"q quit (" not in told:
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        piece = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not piece:
            raise SystemExit(f"no verdict after {seconds:g} s: {told.decode(errors='replace')}")
        told += piece


def markdown(rows: list[Row]) -> list[str]:
    """Make the table for docs/figures.md."""
    floors = {row.floor: row.wall for row in rows if row.name.startswith("python")}
    lines = ["| command | wall, s | processor, s | × its import |", "|---|---:|---:|---:|"]
    for row in rows:
        cpu = f"{row.cpu:.2f}" if row.cpu is not None else ""
        lines.append(f"| `{row.name}` | {row.wall:.3f} | {cpu} | {row.wall / floors[row.floor]:.1f} ({row.floor}) |")
    return lines


if __name__ == "__main__":
    main()
