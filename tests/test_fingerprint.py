"""One fingerprint: a change that decides outcomes is graded and proven again, and no other change is."""

from __future__ import annotations

import ast
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder import course as courses
from autograder.course import Assignment, Course, Extension, LatePolicy, Limits, Measure, Part
from autograder.course.decisive import decisive
from autograder.grading.batch import Batch, Graded
from autograder.grading.dispatch import fingerprint, imports
from autograder.grading.outcome import Outcome
from autograder.proving import stamp
from autograder.use_cases import grade, grading
from autograder.use_cases.order import Order

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
GRADERS, SOLUTIONS = "autograder/graders/01-mse", "solutions/01-mse"
RESULT, PAGE = "results/student-01/01-mse.json", "feedback/student-01/01-mse.html"


class Scratch:
    """A course with a program of its own, of which two submissions are graded and the graders proven."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._originals: dict[Path, str | None] = {}

    @property
    def course(self) -> Course:
        return courses.load(self.folder / "course.yml")

    def grade(self, sandbox: str = "process") -> int:
        """How many submissions were graded now."""
        order = Order(self.folder / "submitted", self.folder / "out", self.course, self.folder, ["01-mse"], 1, sandbox)
        grade.run(order)
        count: int = json.loads((self.folder / "out" / "timings.json").read_bytes())["graded_now"]
        return count

    def is_proven(self) -> bool:
        return stamp.unproven(self.course, self.folder, self.course.assignments[:1]) == []

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert change(text) != text, f"{name}: nothing changes"
        self.write(name, change(text))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        self._originals.setdefault(path, path.read_text(encoding="utf-8") if path.is_file() else None)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def restore(self) -> None:
        for path, text in self._originals.items():
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        self._originals.clear()

    def written(self) -> dict[str, str]:
        """Return what was written about the first student, and the report."""
        return {
            name: (self.folder / "out" / name).read_text(encoding="utf-8") for name in (RESULT, PAGE, "report.html")
        }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    folder = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns("__pycache__", "graders")
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=ignored)
    for name in ("assignments/01-mse", SOLUTIONS, GRADERS):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "course.yml", folder)
    for student in ("student-01", "student-05"):
        shutil.copytree(CLASS / student / "01-mse", folder / "submitted" / student / "01-mse")
        (folder / "submitted" / student / "01-mse" / "timestamp.txt").write_text("2027-02-02 10:00:00 UTC")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "PACKAGE", folder / "autograder")
        patch.setattr(grading, "_executed", in_no_time)
        scratch = Scratch(folder)
        assert scratch.grade() == 2
        stamp.write_stamp(scratch.course, folder, scratch.course.assignments[:1])
        yield scratch


@pytest.fixture(scope="module")
def before(made: Scratch) -> dict[str, str]:
    """What was written before any change."""
    made.grade()
    return made.written()


@pytest.fixture
def scratch(made: Scratch, before: dict[str, str]) -> Iterator[Scratch]:
    """A course that all tests share: the change of one test is undone before the next."""
    fingerprint._environment.cache_clear()
    yield made
    made.restore()
    fingerprint._environment.cache_clear()


def in_no_time(order: Order, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Graded]]]:
    """Grade without a wall, since these tests only look at who is graded."""
    outcomes = [Outcome("one", "mse_loss", "a check", "pass", 6, "")]
    for batch in batches:
        yield batch, [Graded(outcomes, []) for _ in batch.submissions]


def test_nothing_is_graded_again_if_nothing_has_changed(scratch: Scratch) -> None:
    assert scratch.grade() == 0 and scratch.is_proven()


def appended(text: str) -> str:
    return f"{text}\n# once more\n"


@pytest.mark.parametrize(
    "name",
    [
        f"{GRADERS}/test_mse_hidden.py",
        f"{GRADERS}/mistakes/mse_loss.py",
        f"{SOLUTIONS}/mse.py",
        "autograder/base/errors.py",
        "autograder/course/decisive.py",
        "autograder/course/seed.py",
        "autograder/grading/batch.py",
        "autograder/grading/diagnosis/replay.py",
        "autograder/grading/dispatch/executor.py",
        "autograder/grading/known_messages.txt",
        "autograder/grading/matchers.py",
        "autograder/grading/plugin.py",
        "autograder/grading/process.py",
        "autograder/grading/proxy.py",
        "autograder/intake/source.py",
        "autograder/jail/clock.py",
        "autograder/jail/mounts.py",
        "autograder/jail/seccomp.py",
        "autograder/jail/walls.py",
        "autograder/worker/confine.py",
        "autograder/worker/standin.py",
    ],
)
def test_a_changed_file_that_decides_is_graded_and_proven_again(
    scratch: Scratch, before: dict[str, str], name: str
) -> None:
    scratch.edit(name, appended)
    assert not scratch.is_proven()
    assert scratch.grade() == 2 and scratch.grade() == 0
    then, now = (json.loads(one[RESULT])["provenance"] for one in (before, scratch.written()))
    assert {name for name in now if now[name] != then[name]} == {"graders"}


@pytest.mark.parametrize(
    "name",
    [
        "autograder/base/tables.py",
        "autograder/cli/staff.py",
        "autograder/course/late.py",
        "autograder/exports/canvas.py",
        "autograder/gradebook/book.py",
        "autograder/grading/dispatch/cache.py",
        "autograder/jail/attacks.py",
        "autograder/nbgrader_plugins/grading.py",
        "autograder/pages/report.py",
        "autograder/pages/templates/report.html",
        "autograder/proving/verify.py",
        "autograder/release/build.py",
        "autograder/results/score.py",
        "autograder/student/checks/render.py",
        "assignments/01-mse/README.md",
    ],
)
def test_a_changed_file_that_decides_nothing_is_neither_graded_nor_proven_again(scratch: Scratch, name: str) -> None:
    scratch.edit(name, appended)
    assert scratch.is_proven() and scratch.grade() == 0


@pytest.mark.parametrize("name", ["variants.py", "equivalent.yml"])
def test_a_file_that_only_verify_reads_is_proven_again_but_not_graded(scratch: Scratch, name: str) -> None:
    scratch.edit(f"{GRADERS}/{name}", appended)
    assert not scratch.is_proven() and scratch.grade() == 0


@pytest.mark.parametrize("name", ["rubric.md", "DATA.md"])
def test_texts_besides_the_reference_decide_nothing(scratch: Scratch, name: str) -> None:
    scratch.write(f"{SOLUTIONS}/{name}", "Two points for the reason.\n")
    assert scratch.is_proven() and scratch.grade() == 0


@pytest.mark.parametrize(
    "old, new",
    [
        ("call_seconds: 1 ", "call_seconds: 3 "),
        ("memory_mb: 512", "memory_mb: 256"),
        ("points: 5.5\n        functions: [mse_loss]", "points: 7\n        functions: [mse_loss]"),
        ("functions: [mse_loss]", "functions: [mse_loss, rmse]"),
        ("- id: quick_check\n", "- id: quick_checks\n"),
        ("environment: numpy\n    due: 2027-02-01", "environment: torch\n    due: 2027-02-01"),
        ("    due: 2027-02-01", "    packages: [matplotlib]\n    due: 2027-02-01"),
        ("    due: 2027-02-01", "    data: [errors.csv]\n    due: 2027-02-01"),
        ("    due: 2027-02-01", "    limits: {scratch_mb: 8}\n    due: 2027-02-01"),
    ],
)
def test_a_changed_field_that_decides_is_graded_and_proven_again(scratch: Scratch, old: str, new: str) -> None:
    scratch.edit("course.yml", lambda text: text.replace(old, new, 1))
    assert not scratch.is_proven() and scratch.grade() == 2


@pytest.mark.parametrize(
    "old, new, where, shown",
    [
        ("title: Mean squared error from scratch", "title: Errors", PAGE, "Errors"),
        ("title: Mean squared error\n", "title: Squares\n", PAGE, "Squares"),
        ("title: Loss Functions", "title: Losses of all kinds", "report.html", "Losses of all kinds"),
        (
            "due: 2027-02-01T23:59:00",
            "due: 2027-01-31T23:59:00",
            RESULT,
            '"late_penalty": 1.2',
        ),
        ("percent_per_day: 10", "percent_per_day: 50", RESULT, '"late_penalty": 3.0'),
        ("grace_minutes: 15", "grace_minutes: 900", RESULT, '"late_penalty": 0.0'),
    ],
)
def test_a_changed_title_or_date_grades_nothing_and_is_written(
    scratch: Scratch, before: dict[str, str], old: str, new: str, where: str, shown: str
) -> None:
    assert shown not in before[where]
    scratch.edit("course.yml", lambda text: text.replace(old, new, 1))
    assert scratch.is_proven() and scratch.grade() == 0
    after = scratch.written()
    assert shown in after[where]
    origins = [json.loads(one[RESULT])["provenance"] for one in (before, after)]
    assert origins[0] == origins[1]


def test_an_extension_grades_nothing_and_takes_the_penalty_away(scratch: Scratch) -> None:
    scratch.write("extensions.yml", "[{student: student-01, assignment: 01-mse, until: 2027-02-03T00:00:00}]")
    assert scratch.grade() == 0 and '"late_penalty": 0.0' in scratch.written()[RESULT]


def test_another_assignment_that_changes_grades_nothing_here(scratch: Scratch) -> None:
    scratch.edit("course.yml", lambda text: text.replace("module: cross_entropy", "module: entropy", 1))
    scratch.write("solutions/02-cross-entropy/entropy.py", "x = 1\n")
    assert scratch.is_proven() and scratch.grade() == 0


def test_another_wall_is_graded_again_and_needs_no_proof(scratch: Scratch) -> None:
    assert scratch.grade("uid") == 2 and scratch.is_proven()


def test_another_secret_is_graded_again_and_needs_no_proof(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch.write("secret.txt", "quite another line of random letters")
    monkeypatch.setenv("LOSSLAB_SECRET_FILE", str(scratch.folder / "secret.txt"))
    assert scratch.is_proven() and scratch.grade() == 2


@pytest.mark.parametrize(
    "library, count", [("numpy", 2), ("torch", 2), ("pytest", 2), ("PyYAML", 2), ("nbgrader", 0), ("jinja2", 0)]
)
def test_a_library_that_grading_imports_is_graded_again(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, library: str, count: int
) -> None:
    real = fingerprint._version
    monkeypatch.setattr(fingerprint, "_version", lambda name: "99" if name == library else real(name))
    assert scratch.grade() == count and scratch.is_proven()


def test_another_python_is_graded_again(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_version", lambda: "3.99")
    assert scratch.grade() == 2


def test_a_library_that_only_a_hidden_check_imports_is_named(scratch: Scratch) -> None:
    scratch.edit(f"{GRADERS}/test_mse_hidden.py", lambda text: f"{text}\nimport matplotlib\n")
    found = fingerprint.of(scratch.course, scratch.folder, scratch.course.assignments[0], "process")
    assert "matplotlib " in found.environment


def test_a_part_of_the_program_that_only_a_hidden_check_imports_decides(scratch: Scratch) -> None:
    scratch.edit(
        f"{GRADERS}/test_mse_hidden.py", lambda text: f"{text}\nfrom autograder.grading.helpers import leaves\n"
    )
    scratch.write("autograder/grading/helpers.py", "leaves = 1\n")
    assert scratch.grade() == 2
    scratch.edit("autograder/grading/helpers.py", appended)
    assert scratch.grade() == 2


# The lists make themselves.

SHOWN_ONLY: dict[type, dict[str, Any]] = {
    Course: {
        "id": "another",
        "title": "Another",
        "timezone": "Europe/Berlin",
        "late_policy": LatePolicy(percent_per_day=1),
        "free_late_days": 3,
        "carry_forward": False,
        "extensions": [Extension("ada", "01-a", courses.load(ROOT / "course.yml").assignments[0].due)],  # type: ignore[arg-type]
    },
    Assignment: {
        "title": "Another",
        "due": courses.load(ROOT / "course.yml").assignments[0].due,
        "late_policy": LatePolicy(percent_per_day=2),
        "leaderboard": [Measure("rmse", "RMSE", "lower")],
    },
    Part: {"title": "Another", "hints": ["a", "b", "c"]},
}
DECISIVE: dict[type, dict[str, Any]] = {
    Course: {"limits": Limits(call_seconds=9)},
    Assignment: {
        "id": "02-b",
        "module": "other",
        "environment": "torch",
        "packages": ["matplotlib"],
        "data": ["a.csv"],
        "limits": Limits(call_seconds=9),
    },
    Part: {"id": "other", "points": 9, "functions": ["g"], "manual": True},
}
PART = Part("loss", "The loss", 6, hints=["nudge", "method", "formula"], functions=["f"])
ASSIGNMENT = Assignment("01-a", "Losses", "first", "numpy", [PART])
COURSE = Course("c", "Losses", [ASSIGNMENT])


def changed(kind: type, name: str, value: Any) -> tuple[Course, Assignment]:
    part = msgspec.structs.replace(PART, **{name: value}) if kind is Part else PART
    assignment = msgspec.structs.replace(ASSIGNMENT, parts=[part])
    assignment = msgspec.structs.replace(assignment, **{name: value}) if kind is Assignment else assignment
    course = msgspec.structs.replace(COURSE, assignments=[assignment])
    return (msgspec.structs.replace(course, **{name: value}) if kind is Course else course), assignment


@pytest.mark.parametrize("kind", [Course, Assignment, Part])
def test_every_field_of_the_course_is_known_to_decide_or_not(kind: type) -> None:
    known = {*SHOWN_ONLY[kind], *DECISIVE[kind]}
    inner = {"Course": {"assignments"}, "Assignment": {"parts"}}.get(kind.__name__, set())
    assert known | inner == set(kind.__struct_fields__)  # type: ignore[attr-defined]
    for expected, fields in ((False, SHOWN_ONLY[kind]), (True, DECISIVE[kind])):
        for name, value in fields.items():
            course, assignment = changed(kind, name, value)
            assert (decisive(course, assignment) != decisive(COURSE, ASSIGNMENT)) is expected, name


def test_texts_among_the_data_decide_nothing() -> None:
    course, assignment = changed(Assignment, "data", ["DATA.md"])
    assert decisive(course, assignment) == decisive(COURSE, ASSIGNMENT)


def test_grading_gets_only_what_is_part_of_the_fingerprint() -> None:
    from autograder.grading import batch

    seen: list[Assignment] = []

    class Stop(Exception):
        pass

    def jail(wall: str, names: object, modules: object) -> object:
        raise Stop

    def packages(assignment: Assignment) -> tuple[str, ...]:
        seen.append(assignment)
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "packages", packages)
        patch.setattr(batch, "_jail", jail)
        with pytest.raises(Stop):
            batch.grade(Batch(COURSE, "01-a", [], "/", "process"))
    assert seen == [decisive(COURSE, ASSIGNMENT)]


def by_syntax_tree(text: str, package: str) -> set[str]:
    """What a text in this package imports, by Python's own parser."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            up = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, [up, node.module]))
            found |= {source, *(f"{source}.{item.name}" for item in node.names)}
    return found


def test_imports_are_those_of_the_syntax_trees() -> None:
    paths = list((ROOT / "autograder").rglob("*.py"))
    assert len(paths) > 100
    for path in paths:
        package, text = ".".join(path.relative_to(ROOT).parts[:-1]), path.read_text(encoding="utf-8")
        assert set(imports._imported(text, package)) >= by_syntax_tree(text, package), path


LOADED = """
import json, sys
from pathlib import Path
from autograder import course as courses
from autograder.grading.batch import Batch
from autograder.grading.dispatch.executor import timed
from autograder.intake import folder
from autograder.jail.jail import first_that_works
root = Path(sys.argv[1])
course = courses.load(root / "course.yml")
place = root / "tests" / "sample_class" / "submitted" / "student-05" / "01-mse"
read = folder.read("student-05", course.assignments[0], place, root / "assignments" / "01-mse")
timed(Batch(course, "01-mse", [read], str(root), first_that_works().name))
places = [getattr(module, "__file__", None) for name, module in sys.modules.items() if name.startswith("autograder.")]
print(json.dumps([Path(place).relative_to(root).as_posix() for place in places if place and "/graders/" not in place]))
"""


def test_whatever_is_loaded_while_a_submission_is_graded_is_part_of_the_fingerprint() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, str(ROOT)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert {"autograder/jail/seccomp.py", "autograder/grading/proxy.py"} <= loaded
    files, _ = fingerprint._program(ROOT, courses.load(ROOT / "course.yml").assignments[0])
    assert loaded <= set(files)


def test_the_worker_is_mounted_as_a_whole_and_is_in_the_fingerprint_as_a_whole() -> None:
    worker = {path.stem for path in (ROOT / "autograder" / "worker").glob("*.py")} - {"__init__"}
    known = imports.needed(ROOT / "autograder", fingerprint._STARTS).files
    assert {f"autograder.worker.{name}" for name in worker} <= set(known)


@pytest.mark.parametrize(
    "text, names",
    [
        ("import numpy as np, os.path", {"numpy", "os.path"}),
        ("    from torch import nn  # late", {"torch", "torch.nn"}),
        ("from . import (\n    wire,  # bytes\n    reader as r,\n)", {"a.b", "a.b.wire", "a.b.reader"}),
        ("from ..base.errors import CourseError", {"a.base.errors", "a.base.errors.CourseError"}),
    ],
)
def test_each_form_of_import_is_read(text: str, names: set[str]) -> None:
    assert set(imports._imported(text, "a.b")) == names
