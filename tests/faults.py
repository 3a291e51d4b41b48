"""Kill what grades, again and again, and see that nothing is lost: python tests/faults.py [--times 200] [--seed 0]

Each round starts `losslab grade` on a part of the sample class and sends SIGKILL at a random moment: to the grader itself,
to one of its grading processes, to a zygote, or to a worker. Then `grade` is run again, without --force; what it writes has
to equal an undisturbed run byte for byte, and the gradebook has to hold every submission once. Exit 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
STUDENTS = (1, 5, 8, 9, 21)


def start(submitted: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), "--assignment", "01-mse"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def below(pid: int) -> list[int]:
    """The process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return sorted(found)


def outcome(out: Path) -> dict[str, bytes]:
    """All results by file name, and what the gradebook holds."""
    files = {str(path.relative_to(out)): path.read_bytes() for path in sorted((out / "results").rglob("*.json"))}
    files["results.json"] = (out / "results.json").read_bytes()
    book = sqlite3.connect(out / "gradebook.db")
    try:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)
        query = """select s.id, g.auto_score, c.name from grade g join submitted_notebook n on g.notebook_id = n.id
            join submitted_assignment a on n.assignment_id = a.id join student s on a.student_id = s.id
            join grade_cells gc on g.cell_id = gc.id join base_cell c on gc.id = c.id order by 1, 3"""
        files["gradebook"] = repr(book.execute(query).fetchall()).encode()
    finally:
        book.close()
    return files


def disturb(process: subprocess.Popen[bytes], chance: random.Random, longest: float) -> str:
    """Kill something at a random moment; what it was."""
    time.sleep(chance.uniform(0.1, longest))
    if process.poll() is not None:
        return "nothing: it had ended"
    pids = below(process.pid)
    target = process.pid if chance.random() < 0.4 else chance.choice(pids)
    with contextlib.suppress(ProcessLookupError):
        os.kill(target, signal.SIGKILL)
    return "the grader" if target == process.pid else f"process {pids.index(target)} of {len(pids) - 1} below it"


def run(times: int, seed: int, folder: Path) -> int:
    """How many rounds lost or changed something."""
    submitted = folder / "submitted"
    for number in STUDENTS:
        shutil.copytree(CLASS / f"student-{number:02}" / "01-mse", submitted / f"student-{number:02}" / "01-mse")
    began = time.monotonic()
    assert start(submitted, folder / "undisturbed").wait() == 0
    longest = time.monotonic() - began
    wanted, broken = outcome(folder / "undisturbed"), 0
    for number in range(times):
        chance = random.Random(f"{seed}/{number}")
        out = folder / f"round-{number}"
        process = start(submitted, out)
        what = disturb(process, chance, 0.7 * longest)
        process.wait()
        again = start(submitted, out)
        _, errors = again.communicate()
        same = again.returncode == 0 and outcome(out) == wanted
        broken += not same
        print(f"round {number}: killed {what}: {'equal' if same else 'DIFFERENT'}", flush=True)
        if not same:
            print(errors.decode(errors="replace")[-1000:])
        shutil.rmtree(out, ignore_errors=True)
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        lost = run(wanted.times, wanted.seed, Path(name))
    print(f"{wanted.times} rounds, {lost} with a loss")
    sys.exit(1 if lost else 0)
