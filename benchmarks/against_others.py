"""`losslab grade` against a loop of pytest processes, nbgrader and otter-grader: the same submissions, the same ten checks.

    python benchmarks/against_others.py [--submissions 20] [--repeats 3] [--otter PYTHON]

All sides run in this one run, each with one process at a time, interpreter start included; figures are medians, and ratios
are taken within a repetition. LossLab isolates every submission and writes gradebook, pages and report; the loop of pytest
does neither, nbgrader writes its gradebook. The floor is the same checks against the reference in one warm process without
isolation. `--otter` names an interpreter of an environment with otter-grader and this project's requirements (otter pins
libraries of its own): its `otter run`, which needs no Docker, is called once a submission.
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
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.course import ASSIGNMENT, MODULE, ROOT, Work, make


@dataclass(frozen=True)
class Cost:
    """Wall time and processor time in seconds, and the largest process in MiB."""

    wall: float
    cpu: float
    peak: float


def run(command: list[str], folder: Path, work: Work, *more: tuple[str, str], ok: tuple[int, ...] = (0, 1)) -> Cost:
    """Measure the cost of a command, with all processes that it starts and waits for."""
    variables = {"REFERENCE": str(work.reference), "GRADERS": str(work.graders), "PYTHONPATH": str(ROOT)}
    variables["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ["PATH"]]
    )  # nbgrader calls alembic
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **variables, **dict(more)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ok:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}\n{errors.decode()[-2000:]}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def added(costs: list[Cost]) -> Cost:
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), max(cost.peak for cost in costs))


def losslab(work: Work, scratch: Path) -> Cost:
    command = [sys.executable, "-m", "autograder", "grade", str(work.submitted), "--out", str(scratch / "out")]
    return run([*command, "--jobs", "1"], work.root, work)


def pytest_loop(work: Work, scratch: Path) -> Cost:
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-c", os.devnull, "-p", "benchmarks.plain"]
    return added(
        [run([*command, str(work.graders)], work.root, work, ("SUBMISSION", str(path))) for _, path in work.submissions]
    )


def nbgrader(work: Work, scratch: Path) -> Cost:
    """Run `nbgrader autograde`: a solution cell, and a test cell for each check."""
    cells = [new_code_cell("### BEGIN SOLUTION\nraise NotImplementedError\n### END SOLUTION", metadata=_mark("answer"))]
    for name, path, check in work.checks:
        cells.append(new_code_cell(_test(path, name, "globals()"), metadata=_mark(name, check.points)))
    _write(scratch / "source" / ASSIGNMENT / f"{MODULE}.ipynb", new_notebook(cells=cells))
    (scratch / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "benchmark"\n')
    tool = [sys.executable, "-m", "nbgrader"]
    run([*tool, "generate_assignment", ASSIGNMENT], scratch, work, ok=(0,))
    released = scratch / "release" / ASSIGNMENT / f"{MODULE}.ipynb"
    for student, script in work.submissions:
        notebook = nbformat.read(released, 4)
        notebook.cells[0].source = script.read_text(encoding="utf-8")
        _write(scratch / "submitted" / student / ASSIGNMENT / f"{MODULE}.ipynb", notebook)
    return run([*tool, "autograde", ASSIGNMENT], scratch, work)


def _mark(name: str, points: float | None = None) -> dict[str, object]:
    """Make nbgrader's metadata of a solution cell, or of a test cell with points."""
    test = points is not None
    values = {"schema_version": 3, "grade_id": name, "grade": test, "solution": not test, "locked": test, "task": False}
    return {"nbgrader": {**values, "points": points} if test else values}


def _test(path: Path, name: str, names: str) -> str:
    return f"import benchmarks.cells\nbenchmarks.cells.run({path.name!r}, {name!r}, {names})"


def _write(path: Path, notebook: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def otter(python: str, work: Work, scratch: Path) -> Cost:
    """Run `otter run` once for each submission; it grades in its own process."""
    lines = ["from otter.test_files import test_case", 'OK_FORMAT = False\nname = "q1"\npoints = None\n']
    for name, path, check in work.checks:
        body = _test(path, name, "env").replace("\n", "\n    ")
        lines.append(f"@test_case(points={check.points})\ndef {name}(env):\n    {body}\n")
    with zipfile.ZipFile(scratch / "autograder.zip", "w") as archive:
        archive.writestr("tests/q1.py", "\n".join(lines))
        archive.writestr("otter_config.json", '{"lang": "python", "pdf": false, "show_stdout": false}')
    costs = []
    for student, script in work.submissions:
        folder = scratch / student
        cells = [new_code_cell(script.read_text(encoding="utf-8"))]
        _write(folder / f"{MODULE}.ipynb", new_notebook(cells=cells))
        command = [python, "-m", "otter", "run", f"{MODULE}.ipynb", "-a", str(scratch / "autograder.zip"), "--no-logo"]
        costs.append(run(command, folder, work))
    return added(costs)


def floor(work: Work, scratch: Path) -> Cost:
    """Check the reference once for each submission, in one warm process: the cost of the checks alone."""
    program = (
        "import pathlib, sys, time, pytest, torch\n"
        "options = ['-q', '--tb=no', '-c', '/dev/null', '-p', 'benchmarks.plain', sys.argv[1]]\n"
        "pytest.main(options)\n"
        "import os; os.environ['TIMES'] = sys.argv[2]\n"
        "cpu, wall = time.process_time(), time.perf_counter()\n"
        "pytest.main(options)\n"
        "pathlib.Path(sys.argv[3]).write_text(f'{time.perf_counter() - wall} {time.process_time() - cpu}')\n"
    )
    arguments = [str(work.graders), str(len(work.submissions)), str(scratch / "floor.txt")]
    whole = run([sys.executable, "-c", program, *arguments], work.root, work, ("SUBMISSION", str(work.reference)))
    wall, cpu = (scratch / "floor.txt").read_text().split()
    return Cost(float(wall), float(cpu), whole.peak)


def measure(count: int, repeats: int, sides: dict[str, Callable[[Work, Path], Cost]]) -> dict[str, list[Cost]]:
    """Measure all sides, one after the other, `repeats` times."""
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            with tempfile.TemporaryDirectory() as folder:
                scratch = Path(folder) / "scratch"
                scratch.mkdir()
                work = make(Path(folder) / "course", count)
                costs[name].append(side(work, scratch))
            print(f"{name}: {costs[name][-1].wall / count:.3f} s a submission", file=sys.stderr)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--otter", help="an interpreter whose environment has otter-grader")
    parser.add_argument("--only", action="append", help="only this side, and losslab; may be repeated")
    wanted = parser.parse_args()
    sides: dict[str, Callable[[Work, Path], Cost]] = {
        "losslab grade": losslab,
        "loop of pytest": pytest_loop,
        "nbgrader autograde": nbgrader,
        "warm process, no isolation": floor,
    }
    if wanted.otter and shutil.which(wanted.otter):
        sides["otter run"] = lambda work, scratch: otter(wanted.otter, work, scratch)
    if wanted.only:
        sides = {name: side for name, side in sides.items() if name == "losslab grade" or name in wanted.only}
    costs = measure(wanted.submissions, wanted.repeats, sides)
    median = statistics.median
    print(f"\n{wanted.submissions} submissions, 10 checks, one process at a time, median of {wanted.repeats}\n")
    print("| | s a submission | CPU s a submission | peak MiB | times losslab |\n|---|---:|---:|---:|---:|")
    for name, mine in costs.items():
        ratio = median(cost.wall / ours.wall for cost, ours in zip(mine, costs["losslab grade"], strict=True))
        each = [median(getattr(cost, what) for cost in mine) / wanted.submissions for what in ("wall", "cpu")]
        print(f"| {name} | {each[0]:.3f} | {each[1]:.3f} | {median(cost.peak for cost in mine):.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
