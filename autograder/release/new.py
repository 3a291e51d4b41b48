"""`losslab new`: the skeleton of an assignment, which passes `release` and `verify` from the start."""

from __future__ import annotations

import builtins
import contextlib
import keyword
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from autograder import course as courses
from autograder.base import files
from autograder.base.errors import CourseError, ReleaseError
from autograder.course import FILENAME, Course, paths
from autograder.release.rendering import SKELETON, rendered

_NAME = re.compile(r"\d\d(-[a-z][a-z0-9]*)(-[a-z0-9]+)*")
# Names that the skeleton uses itself, and modules that a student's file would hide.
_USED = {"np", "pred", "target", "written", "validation"}
_HIDDEN = {*sys.stdlib_module_names, *dir(builtins), "numpy", "torch", "pytest", "matplotlib", "losslab", "autograder"}
_WRITABLE = "fix its permissions"


def write_skeleton(path: Path, name: str, title: str = "") -> list[Path]:
    """Write source, rubric, graders and entry of a new assignment into the course in `path`; return the files written.

    Raises:
        CourseError: the name is malformed or taken, or the entry does not fit into the course file.
        ReleaseError: this is not the folder of a course with graders.
        OutputError: a file cannot be written. After any of these, all files are as they were.
    """
    course, root = courses.load(path), path.parent
    _check_name(course, root, name)
    made = _files(root, name, title)
    old = path.read_text(encoding="utf-8")
    text = with_entry(old, rendered(SKELETON, "entry.yml", **_values(name, title)), str(path))
    extended, before = courses.parse(text, str(path)), courses.parse(old, str(path))
    if extended.assignments[:-1] != before.assignments or extended.assignments[-1].id != name:
        raise CourseError(
            f"{path}: the entry of {name} does not fit into it; write `assignments` as a list of indented items"
        )
    _write_all(made, path, text)
    return [*made, path]


def module_of(name: str) -> str:
    """Return the name of a new assignment's module, part and function: 11-hinge-loss is about `hinge_loss`."""
    return name.partition("-")[2].replace("-", "_")


def _check_name(course: Course, root: Path, name: str) -> None:
    """Check that the name is well-formed and free. Raises CourseError, ReleaseError."""
    if not _NAME.fullmatch(name):
        raise CourseError(
            f"{name!r}: is not a name for an assignment; write two digits and words, such as 11-hinge-loss"
        )
    module = module_of(name)
    if keyword.iskeyword(module) or module in _USED | _HIDDEN or module.startswith("test"):
        raise CourseError(
            f"{name}: `{module}` already means something in Python or in the skeleton; choose another name"
        )
    for item in course.assignments:
        for what, taken in (("number", item.id[:2] == name[:2]), ("module", item.module == module)):
            if taken:
                raise CourseError(f"{name}: {FILENAME} already has this {what}, in {item.id}; choose another one")
    for folder in (root / paths.SOLUTIONS, root / paths.GRADERS):
        if not folder.is_dir():
            raise ReleaseError(f"{folder}: is missing; run this in the folder of the course, with its graders")
    places = (paths.solution(root, name), paths.graders(root, name), paths.released(root, name), _held_out(root, name))
    for place in places:
        if place.exists():
            raise ReleaseError(f"{place}: already exists; choose another name, or remove it")


def _values(name: str, title: str) -> dict[str, str]:
    """Return what the templates of the skeleton ask for."""
    module = module_of(name)
    title = " ".join(title.split()) or module.replace("_", " ").capitalize()
    return {"id": name, "number": name[:2], "title": title, "module": module, "part": module, "function": module}


def _held_out(root: Path, name: str) -> Path:
    return root / "tests" / "wrong" / f"{name}.py"


def _files(root: Path, name: str, title: str) -> dict[Path, str]:
    """Return the texts of all files. Held-out answers are among them only if the course has some."""
    module, values = module_of(name), _values(name, title)
    solution, graders = paths.solution(root, name), paths.graders(root, name)
    wanted = {
        paths.source(root, name, module): "source.py",
        solution / "rubric.md": "rubric.md",
        graders / f"test_{module}_hidden.py": "hidden.py",
        paths.mistakes(root, name) / f"{module}.py": "mistakes.py",
        paths.mistakes(root, name) / "validation.py": "refusals.py",
        paths.variants(root, name): "variants.py",
        paths.equivalent(root, name): "equivalent.yml",
    }
    if _held_out(root, name).parent.is_dir():
        wanted[_held_out(root, name)] = "wrong.py"
    return {place: rendered(SKELETON, source, **values) for place, source in wanted.items()}


def with_entry(text: str, entry: str, name: str = FILENAME) -> str:
    """Add an entry after the last assignment of a course file; all else stays the same. Raises CourseError."""
    root = yaml.compose(text)
    found = [value for key, value in getattr(root, "value", []) if key.value == "assignments"]
    if not found or found[0].flow_style or not found[0].value:
        raise CourseError(f"{name}: `assignments` is not a list of indented items; write it so, one item below another")
    items = found[0].value
    lines = text.splitlines(keepends=True)
    end = items[-1].end_mark.line + (items[-1].end_mark.column > 0)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # blank lines and comments before the next key belong to that key
    head = "".join(lines[:end])
    space = " " * (items[0].start_mark.column - 2)
    indented = "".join(space + line if line.strip() else line for line in entry.splitlines(keepends=True))
    return f"{head}{'' if head.endswith(chr(10)) else chr(10)}\n{indented}{''.join(lines[end:])}"


def _write_all(contents: dict[Path, str], course_path: Path, course_text: str) -> None:
    """Write these files, then the course file; if one cannot be written, remove those before it. Raises OutputError."""
    folders = [folder for path in contents for folder in _missing_folders(path)]
    written: list[Path] = []
    try:
        for path, text in contents.items():
            files.write_file(path, text, _WRITABLE)
            written.append(path)
        files.write_file(course_path, course_text, _WRITABLE)
    except BaseException:  # Ctrl-C must not leave half of an assignment behind, either
        _remove(written, folders)
        raise


def _missing_folders(path: Path) -> list[Path]:
    return [folder for folder in path.parents if not folder.exists()]


def _remove(written: Iterable[Path], folders: Iterable[Path]) -> None:
    for path in written:
        path.unlink(missing_ok=True)
    for folder in sorted(set(folders), key=lambda folder: -len(folder.parts)):
        with contextlib.suppress(OSError):
            folder.rmdir()
