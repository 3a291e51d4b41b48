"""An assignment's autograder as a zip for Gradescope."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from autograder.base.errors import OutputError
from autograder.base.files import zipped
from autograder.course import FILENAME, Assignment, paths
from autograder.course.seed import secret

# The instructor's libraries that grading itself does not need.
_NOT_NEEDED = ("jupytext", "nbgrader")
_LEFT_OUT = ("__pycache__", "graders", ".pytest_cache")

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, as root, when the zip is uploaded.
set -euo pipefail
here=${AUTOGRADER_ROOT:-/autograder}
python=python3
apt-get update
apt-get install -y --no-install-recommends bubblewrap libseccomp2 python3-venv
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    apt-get install -y --no-install-recommends python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --constraint "$here/source/constraints.txt" \\
    --requirement "$here/source/requirements.txt"
"""

RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission, and shows results/results.json.
set -euo pipefail
here=${AUTOGRADER_ROOT:-/autograder}
cd "$here/source"
PYTHONPATH="$here/source" exec "${PYTHON:-$here/venv/bin/python}" -m autograder.exports.gradescope_run "$here" ASSIGNMENT
"""


def write_gradescope_zip(root: Path, assignment: Assignment) -> bytes:
    """Pack a zip with only this assignment's graders and reference; equal sources give equal bytes.

    Raises:
        OutputError: a file of the course is missing.
        CourseError: the course has no secret, and none can be written.
    """
    files = {
        "setup.sh": SETUP.encode(),
        "run_autograder": RUN.replace("ASSIGNMENT", assignment.id).encode(),
        "requirements.txt": _requirements(root).encode(),
    }
    files |= {path.relative_to(root).as_posix(): _content(path) for path in _files(root, assignment)}
    files[paths.SECRET] = secret(root) + b"\n"
    return zipped(files, executable=("setup.sh", "run_autograder"))


def _files(root: Path, assignment: Assignment) -> Iterator[Path]:
    yield root / FILENAME
    yield root / "constraints.txt"
    for folder in (paths.SOLUTIONS, paths.RELEASED, paths.GRADERS):
        yield from _below(root / folder / assignment.id)
    package = root / paths.PACKAGE
    for path in _below(package):
        if not set(path.relative_to(package).parts) & set(_LEFT_OUT):
            yield path


def _below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise OutputError(f"{folder}: is missing; export from the folder of the whole course")
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror}); export from the folder of the course") from None


def _requirements(root: Path) -> str:
    """What grading imports, a line each; versions are in constraints.txt."""
    project = tomllib.loads(_content(root / "pyproject.toml").decode())["project"]
    names = [*project["dependencies"], *project["optional-dependencies"]["instructor"]]
    return "\n".join(name for name in names if name not in _NOT_NEEDED) + "\n"
