"""Build assignments/NN-name/ from solutions/NN-name/, and write it or report where the files there differ."""

from __future__ import annotations

from pathlib import Path

from autograder.base import files
from autograder.base.errors import ReleaseError
from autograder.course import FILENAME, Assignment, Course, paths
from autograder.release import classroom, hidden, notebook, predictions, source, texts

# Python, pytest and Jupyter leave these behind; git ignores them, and so does a release.
LEFTOVERS = {"__pycache__", ".pytest_cache", ".ipynb_checkpoints"}


def build(course: Course, assignment: Assignment, root: Path) -> dict[str, bytes]:
    """Build the files of assignments/<id>/, by name; equal sources give equal bytes.

    Raises:
        ReleaseError: the source is missing or contradicts course.yml.
    """
    cells = source.read(assignment, root)
    stripped = notebook.stripped(assignment, cells)
    waiting, sheet = hidden.count(root, assignment), predictions.sheet(root, assignment)
    return {
        f"{assignment.module}.py": notebook.stub(stripped),
        f"{assignment.module}.ipynb": notebook.to_bytes(stripped),
        f"test_{assignment.module}.py": texts.public_checks(assignment, cells, waiting),
        "README.md": texts.readme(course, assignment, waiting, bool(sheet)),
        classroom.PATH: classroom.workflow(assignment),
        **sheet,
        **{name: _data(paths.solution(root, assignment.id) / name) for name in assignment.data},
    }


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"{path}: cannot be read ({error.strerror}); write it, or remove it from `data` in {FILENAME}"
        ) from None


def write_assignments(course: Course, root: Path, assignment_ids: list[str]) -> list[Path]:
    """Write these assignments, remove stray files from their folders, and return the files written.

    Raises:
        ReleaseError: a source cannot be built (then nothing is written).
        OutputError: a file cannot be written.
        CourseError: there is no such assignment.
    """
    assignments = [course.assignment(assignment_id) for assignment_id in assignment_ids]
    built = {paths.released(root, item.id): build(course, item, root) for item in assignments}
    written = []
    for folder, contents in built.items():
        for name, content in contents.items():
            files.write_file(folder / name, content, "fix its permissions")
            written.append(folder / name)
        for stray in _strays(folder, contents):
            files.remove(stray, "fix its permissions")
    return written


def drift(course: Course, root: Path) -> list[str]:
    """Return one line for each file that is missing, stray or different from its sources; write nothing.

    Raises:
        ReleaseError: a source cannot be built.
    """
    lines = []
    for assignment in course.assignments:
        folder = paths.released(root, assignment.id)
        contents = build(course, assignment, root)
        for name, content in contents.items():
            lines += _difference(folder / name, content, root)
        lines += [
            f"{path.relative_to(root)}: does not come from a release; remove it" for path in _strays(folder, contents)
        ]
    return lines + _unknown_folders(course, root)


def _difference(path: Path, content: bytes, root: Path) -> list[str]:
    remedy = "run `losslab release`"
    if not path.is_file():
        return [f"{path.relative_to(root)}: is missing; {remedy}"]
    if path.read_bytes() != content:
        return [f"{path.relative_to(root)}: differs from its source; {remedy}"]
    return []


def _unknown_folders(course: Course, root: Path) -> list[str]:
    known = {assignment.id for assignment in course.assignments} | LEFTOVERS
    found = sorted((root / paths.RELEASED).glob("*"))
    return [f"{path.relative_to(root)}: is not in {FILENAME}; remove it" for path in found if path.name not in known]


def _strays(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    inside = [(path, path.relative_to(folder)) for path in sorted(folder.rglob("*"))]
    return [
        path
        for path, name in inside
        if (path.is_symlink() or not path.is_dir()) and str(name) not in contents and not LEFTOVERS & set(name.parts)
    ]
