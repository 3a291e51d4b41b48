"""A course of one assignment with ten checks, and a class for it: the work for all sides of a benchmark."""

from __future__ import annotations

import importlib.util
import inspect
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import yaml

from autograder.grading.checks import MARK, Check

ROOT = Path(__file__).parent.parent
ASSIGNMENT, MODULE, CHECKS = "01-mse", "mse", 10
CLASS = ROOT / "tests" / "sample_class" / "submitted"

# Leaves ten of the assignment's hidden checks.
_KEEP = '''"""Only the checks of the benchmark."""

KEPT = {names!r}


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if item.originalname in KEPT]
'''


@dataclass(frozen=True)
class Work:
    """The course's folder, its checks (test function, file, part, points) and its submissions (student, script)."""

    root: Path
    checks: list[tuple[str, Path, Check]]
    submissions: list[tuple[str, Path]]

    @property
    def reference(self) -> Path:
        return self.root / "solutions" / ASSIGNMENT / f"{MODULE}.py"

    @property
    def graders(self) -> Path:
        return self.root / "autograder" / "graders" / ASSIGNMENT

    @property
    def submitted(self) -> Path:
        return self.root / "submitted"


def load(path: Path, name: str) -> ModuleType:
    """Import a file under a unique name."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(root: Path, count: int) -> Work:
    """Write the course into `root`, with `count` students: those of the sample class whose script can be run anywhere."""
    for name in ("solutions", "assignments", "autograder/graders"):
        shutil.copytree(
            ROOT / name / ASSIGNMENT, root / name / ASSIGNMENT, ignore=shutil.ignore_patterns("__pycache__")
        )
    graders = root / "autograder" / "graders" / ASSIGNMENT
    checks = _ten(graders)
    (graders / "conftest.py").write_text(_KEEP.format(names={name for name, _, _ in checks}), encoding="utf-8")
    _write_course(root, [check for _, _, check in checks])
    return Work(root, checks, _submissions(root / "submitted", count))


def _ten(graders: Path) -> list[tuple[str, Path, Check]]:
    found = []
    for path in sorted(graders.glob("test_*.py")):
        for name, test in inspect.getmembers(load(path, path.stem), inspect.isfunction):
            for mark in getattr(test, "pytestmark", []):
                if mark.name == MARK:
                    found.append((name, path, mark.args[0]))
    return found[:CHECKS]


def _write_course(root: Path, checks: list[Check]) -> None:
    """Write course.yml with only this assignment and the points of its ten checks."""
    course = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
    assignment = next(item for item in course["assignments"] if item["id"] == ASSIGNMENT)
    points = {part: sum(check.points for check in checks if check.part == part) for part in {c.part for c in checks}}
    assignment["parts"] = [
        {**part, "points": points[part["id"]]} for part in assignment["parts"] if part["id"] in points
    ]
    course["assignments"] = [assignment]
    (root / "course.yml").write_text(yaml.safe_dump(course, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _submissions(submitted: Path, count: int) -> list[tuple[str, Path]]:
    """Repeat the scripts of the sample class, each a little different from the last."""
    scripts = [path for path in sorted(CLASS.glob(f"*/{ASSIGNMENT}/{MODULE}.py")) if _harmless(path)]
    found = []
    for number in range(count):
        student = f"student{number:05}"
        path = submitted / student / ASSIGNMENT / f"{MODULE}.py"
        path.parent.mkdir(parents=True)
        text = scripts[number % len(scripts)].read_text(encoding="utf-8")
        path.write_text(f"{text}\n# handed in by {student}\n", encoding="utf-8")
        found.append((student, path))
    return found


def _harmless(path: Path) -> bool:
    """Say whether plain pytest can run a script: it imports without torch and neither hangs nor ends Python."""
    if path.is_symlink() or any(
        word in path.read_bytes() for word in (b"while True", b"_exit", b"1 << 29", b"import torch")
    ):
        return False
    try:
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return False
    return b"import" in path.read_bytes()
