"""The wheel that students install: the package without graders, built from a clean copy, always the same bytes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from autograder.base import files
from autograder.base.errors import ReleaseError
from autograder.course import FILENAME

_TOGETHER = ("pyproject.toml", "LICENSE")
# grading/helpers.py and release/skeleton/ show how hidden checks draw their inputs, so students do not get them.
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "graders", "helpers.py", "skeleton", ".*")
# Calls the build backend directly, as a build frontend would, but without downloading anything.
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
_EPOCH = "1767225600"


def build(root: Path, readme: bytes) -> tuple[str, bytes]:
    """Build the wheel; return its name and content. `readme` becomes its description; the course file is inside.

    Raises:
        ReleaseError: this is not a checkout of the project, or the wheel cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="losslab-wheel-") as name:
        staged, built = Path(name) / "staged", Path(name) / "built"
        _stage(root, staged, readme)
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(built)],
            cwd=staged,
            env=os.environ | {"SOURCE_DATE_EPOCH": _EPOCH},
            capture_output=True,
            text=True,
            errors="replace",
        )
        found = sorted(built.glob("*.whl"))
        if done.returncode or len(found) != 1:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ReleaseError(
                f"the students' wheel cannot be built ({reason}); run: pip install 'losslab[instructor]'"
            )
        return found[0].name, _repacked(found[0].read_bytes())


def _stage(root: Path, staged: Path, readme: bytes) -> None:
    """Copy the sources to build from: in the checkout, leftovers of an earlier build would be packed, too."""
    try:
        shutil.copytree(root / "autograder", staged / "autograder", ignore=_LEFT_OUT)
        for name in _TOGETHER:
            shutil.copyfile(root / name, staged / name)
        shutil.copyfile(root / FILENAME, staged / "autograder" / FILENAME)
    except (OSError, shutil.Error):
        missing = next((name for name in ("autograder", *_TOGETHER) if not (root / name).exists()), "autograder")
        raise ReleaseError(f"{root / missing}: cannot be read; make the kit in a checkout of the project") from None
    (staged / "README.md").write_bytes(readme)


def _repacked(wheel: bytes) -> bytes:
    """Pack the wheel again without this machine's permissions and times; the hashes in its RECORD stay valid."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return files.zipped({name: archive.read(name) for name in archive.namelist()})
