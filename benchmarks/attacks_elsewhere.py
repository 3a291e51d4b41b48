"""The attacks of tests/attacks on other graders: a plain loop of pytest and nbgrader, besides `losslab grade`.

    python -m benchmarks.attacks_elsewhere [--only NAME]... [--json]

Every attack on 01-mse that is not about LossLab's own wire is handed in to each, with the same hidden checks. Here "unearned"
are points in parts that the attack does not solve, "read" is a secret (of the reference, the hidden checks or the environment)
in what the student gets to see, "lost" are honestly solved parts without their points, "hung" is a batch that had not gone on
after forty seconds, and "harmed" are changes to a neighbour's submission or to the sheet of grades. pytest and nbgrader run
inside bubblewrap, without network and with limits, so that this machine comes to no harm; to the attack it looks like an
instructor's machine. Bombs of processes and threads are left out, for the same reason.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.checks import MARK, Check
from benchmarks.against_others import _mark, _test, _write
from benchmarks.course import ASSIGNMENT, MODULE, ROOT, load

sys.path.insert(0, str(ROOT / "tests"))
import attack_class
from attack_class import CANARIES, Attack

CELL, BATCH = 12, 40  # seconds
TOO_DANGEROUS = {"fork_bomb", "thread_bomb", "daemon", "many_small_files", "walk_disk"}
OFFERED = {"student", "rng", "reference"}  # what benchmarks/cells.py can hand to a check
GRADES = "student,score\nneighbour,32\n"


@dataclass(frozen=True)
class Fall:
    """What one attack achieved against one grader."""

    unearned: float
    read: bool
    lost: bool
    hung: bool
    harmed: bool


@dataclass(frozen=True)
class Course:
    """The hidden checks (test function, file, part and points) and the folder that holds everything."""

    root: Path
    checks: list[tuple[str, Path, Check]]

    @property
    def graders(self) -> Path:
        return self.root / "autograder" / "graders" / ASSIGNMENT

    @property
    def reference(self) -> Path:
        return self.root / "solutions" / ASSIGNMENT / f"{MODULE}.py"


def applicable() -> list[Attack]:
    """Attacks on this assignment that do not aim at parts which only LossLab has."""
    found = []
    for attack in attack_class.written():
        text = (ROOT / "tests" / "attacks" / f"{attack.name}.py").read_text(encoding="utf-8")
        if attack.assignment == ASSIGNMENT and "Server" not in text and "autograder.worker" not in text:
            found.append(attack)
    return [attack for attack in found if attack.name not in TOO_DANGEROUS]


def prepare(root: Path) -> Course:
    """A course with canaries where its secrets are, a neighbour, and a sheet of grades."""
    attack_class.make_course(root, CANARIES)
    graders, checks = root / "autograder" / "graders" / ASSIGNMENT, []
    for path in sorted(graders.glob("test_*.py")):
        for name, test in inspect.getmembers(load(path, path.stem), inspect.isfunction):
            for mark in getattr(test, "pytestmark", []):
                if mark.name == MARK and set(inspect.signature(test).parameters) <= OFFERED:
                    checks.append((name, path, mark.args[0]))
    kept = {name for name, _, _ in checks}
    hook = (
        f"def pytest_collection_modifyitems(items):\n    items[:] = [x for x in items if x.originalname in {kept!r}]\n"
    )
    (graders / "conftest.py").write_text(hook, encoding="utf-8")
    neighbour = root / "submitted" / "neighbour" / ASSIGNMENT
    neighbour.mkdir(parents=True)
    shutil.copy(root / "solutions" / ASSIGNMENT / f"{MODULE}.py", neighbour)
    (root / "grades.csv").write_text(GRADES, encoding="utf-8")
    return Course(root, checks)


def jailed(command: list[str], folder: Path, course: Course, **more: str) -> tuple[str, bool]:
    """Run as an instructor would, but inside bubblewrap; what came on the screen, and whether it had to be stopped."""
    variables = {"REFERENCE": str(course.reference), "GRADERS": str(course.graders), "PYTHONPATH": str(ROOT)}
    variables |= {"LOSSLAB_PASSWORD": CANARIES["environment"], "PYTHONDONTWRITEBYTECODE": "1", **more}
    variables |= {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]), "HOME": str(folder)}
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev"]
    walls += ["--proc", "/proc", "--bind", str(course.root), str(course.root), "--chdir", str(folder)]
    process = subprocess.Popen(
        [*walls, *command],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_limits,
    )
    try:
        screen, _ = process.communicate(timeout=BATCH)
        return screen[:10_000_000].decode(errors="replace"), False
    except subprocess.TimeoutExpired:
        process.kill()
        screen, _ = process.communicate()
        return screen[:10_000_000].decode(errors="replace"), True


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fall(attack: Attack, course: Course, earned: dict[str, float], seen: str, hung: bool) -> Fall:
    """Judge by the points of each check, and by what the student sees."""
    part_of = {name: check for name, _, check in course.checks}
    unearned = sum(points for name, points in earned.items() if part_of[name].part not in attack.earns)
    wanted = sum(check.points for _, _, check in course.checks if check.part in attack.earns)
    honest = sum(points for name, points in earned.items() if part_of[name].part in attack.earns)
    same = (course.root / "submitted" / "neighbour" / ASSIGNMENT / f"{MODULE}.py").is_file()
    same = same and (course.root / "grades.csv").is_file() and (course.root / "grades.csv").read_text() == GRADES
    read = any(CANARIES[kind] in seen for kind in ("reference", "check", "data", "seed", "environment"))
    return Fall(unearned, read, honest < wanted, hung, not same)


def pytest_loop(attack: Attack, folder: Path) -> Fall:
    """One pytest process a submission; the student sees what it prints."""
    course = prepare(folder / "course")
    handed_in = course.root / "submitted" / attack.student / ASSIGNMENT / f"{MODULE}.py"
    handed_in.parent.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "attacks" / f"{attack.name}.py", handed_in)
    report = course.root / "report.xml"
    command = [sys.executable, "-m", "pytest", "-rA", "--tb=short", "-c", os.devnull, "-p", "benchmarks.plain"]
    command += [f"--junitxml={report}", str(course.graders)]
    screen, hung = jailed(command, course.root, course, SUBMISSION=str(handed_in))
    earned: dict[str, float] = {}
    with contextlib.suppress(OSError, ElementTree.ParseError):
        points = {name: check.points for name, _, check in course.checks}
        for case in ElementTree.parse(report).iter("testcase"):
            name = (case.get("name") or "").partition("[")[0]
            if name in points and not len([item for item in case if item.tag in ("failure", "error", "skipped")]):
                earned[name] = points[name]
    return fall(attack, course, earned, screen, hung)


def nbgrader(attack: Attack, folder: Path) -> Fall:
    """`nbgrader autograde`: a cell of answers, a locked cell for each check; the student sees the notebook that comes back."""
    course = prepare(folder / "course")
    office = course.root / "office"
    cells = [new_code_cell("### BEGIN SOLUTION\nraise NotImplementedError\n### END SOLUTION", metadata=_mark("answer"))]
    cells += [
        new_code_cell(_test(path, name, "globals()"), metadata=_mark(name, check.points))
        for name, path, check in course.checks
    ]
    _write(office / "source" / ASSIGNMENT / f"{MODULE}.ipynb", new_notebook(cells=cells))
    settings = f'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\nc.ExecutePreprocessor.timeout = {CELL}\n'
    (office / "nbgrader_config.py").write_text(settings)
    tool = [sys.executable, "-m", "nbgrader"]
    jailed([*tool, "generate_assignment", ASSIGNMENT], office, course)
    notebook = nbformat.read(office / "release" / ASSIGNMENT / f"{MODULE}.ipynb", 4)
    notebook.cells[0].source = (ROOT / "tests" / "attacks" / f"{attack.name}.py").read_text(encoding="utf-8")
    _write(office / "submitted" / "attacker" / ASSIGNMENT / f"{MODULE}.ipynb", notebook)
    screen, hung = jailed([*tool, "autograde", ASSIGNMENT], office, course)
    back = office / "autograded" / "attacker" / ASSIGNMENT / f"{MODULE}.ipynb"
    seen = screen + (back.read_text(encoding="utf-8", errors="replace") if back.is_file() else "")
    earned: dict[str, float] = {}
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(office / "gradebook.db")) as book:
        query = """select base_cell.name, coalesce(grade.manual_score, grade.auto_score, 0) from grade
            join base_cell on base_cell.id = grade.cell_id"""
        known = {name for name, _, _ in course.checks}
        earned = {name: score for name, score in book.execute(query) if name in known}
    return fall(attack, course, earned, seen, hung)


def losslab(attacks: list[Attack], folder: Path) -> dict[str, Fall]:
    """All attackers in one class, with innocents among them."""
    run = attack_class.grade(folder, True)
    leaked = attack_class.leaks(run)
    found = {}
    for attack in attacks:
        parts = run.result(attack.student, ASSIGNMENT).get("parts", [])
        unearned = sum(part["score"] for part in parts if part["id"] not in attack.earns)
        lost = any(part["score"] < part["max_score"] for part in parts if part["id"] in attack.earns)
        found[attack.name] = Fall(unearned, any(attack.student in item for item in leaked), lost, False, bool(run.left))
    return found


def each(attacks: list[Attack], side: Callable[[Attack, Path], Fall]) -> dict[str, Fall]:
    def one(attack: Attack) -> Fall:
        folder = Path(tempfile.mkdtemp())
        try:
            return side(attack, folder)
        finally:
            subprocess.run(["rm", "-rf", str(folder)], check=False)  # some are too deep for shutil

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip([attack.name for attack in attacks], pool.map(one, attacks), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", help="only this attack; may be repeated")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    attacks = [item for item in applicable() if not wanted.only or item.name in wanted.only]
    with tempfile.TemporaryDirectory() as folder:
        sides = {"losslab grade": losslab(attacks, Path(folder))}
    sides["loop of pytest"] = each(attacks, pytest_loop)
    sides["nbgrader autograde"] = each(attacks, nbgrader)
    if wanted.json:
        print(json.dumps({side: {name: asdict(it) for name, it in found.items()} for side, found in sides.items()}))
        return
    print("| attack | " + " | ".join(sides) + " |\n|---|" + "---|" * len(sides))
    for attack in attacks:
        print(f"| {attack.name} | " + " | ".join(words(found[attack.name]) for found in sides.values()) + " |")
    print(f"\n{len(attacks)} attacks\n\n| | " + " | ".join(sides) + " |\n|---|" + "---:|" * len(sides))
    for what in ("unearned", "read", "lost", "hung", "harmed"):
        counts = [sum(bool(getattr(item, what)) for item in found.values()) for found in sides.values()]
        print(f"| {what} | " + " | ".join(map(str, counts)) + " |")


def words(found: Fall) -> str:
    said = [f"{found.unearned:g} points unearned"] if found.unearned else []
    said += [what for what in ("read", "lost", "hung", "harmed") if getattr(found, what)]
    return ", ".join(said) or "held"


if __name__ == "__main__":
    main()
