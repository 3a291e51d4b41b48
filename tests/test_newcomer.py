"""A newcomer on a real terminal, from the zip that students download to a submission that `losslab grade` takes."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

import pexpect
import pytest

from autograder.course import Course
from autograder.intake import folder as intake
from autograder.release import kit

ROOT = Path(__file__).parent.parent
PROMPT = "newcomer> "
MOST = 6


class Terminal:
    """A shell as one opens it; what is typed is counted."""

    def __init__(self, folder: Path, libraries: Path) -> None:
        environment = {
            "PATH": f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}/usr/local/bin{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(folder),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PS1": PROMPT,
            "PIP_NO_INDEX": "1",  # nothing is downloaded: the libraries are those of this environment
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPATH": str(libraries),
        }
        options = {"cwd": str(folder), "env": environment, "encoding": "utf-8", "timeout": 120, "dimensions": (40, 120)}
        self._shell = pexpect.spawn("/bin/sh", [], **options)
        self._shell.expect_exact(PROMPT)
        self.typed: list[str] = []

    def type(self, command: str) -> str:
        """Type a command; what the screen shows until the next prompt, without colours."""
        self.typed.append(command)
        self._shell.sendline(command)
        self._shell.expect_exact(PROMPT)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._shell.before or "").replace("\r\n", "\n")
        return text.partition("\n")[2]

    def close(self) -> None:
        self._shell.close(force=True)


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Every library that the kit needs, and no losslab: as a package index would have them."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not re.match(r"(__editable__|_?losslab|autograder|distutils|pip|setuptools|.*\.pth$)", path.name):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def download(tmp_path: Path, course: Course) -> Path:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    (folder / f"{course.id}.zip").write_bytes(kit.make(course, ROOT))
    return folder


def test_from_download_to_a_verified_submission(
    download: Path, libraries: Path, course: Course, tmp_path: Path
) -> None:
    """the README's commands, six of them, none joined to another; the work itself is done in an editor"""
    home = download / course.id
    unzip = "unzip -q" if shutil.which("unzip") else "python3 -m zipfile -e"
    terminal = Terminal(download, libraries)
    try:
        terminal.type(f"{unzip} {course.id}.zip" + ("" if unzip.startswith("unzip") else " ."))
        terminal.type(f"cd {course.id}")
        terminal.type("python3 -m venv .venv")
        installed = terminal.type(".venv/bin/python -m pip install -r requirements.txt")
        assert "Successfully installed losslab" in installed, installed
        shutil.copy(ROOT / "solutions" / "01-mse" / "mse.py", home / "assignments" / "01-mse" / "mse.py")
        checked = terminal.type(".venv/bin/losslab check 01-mse")
        assert "All public checks passed" in checked and "Traceback" not in checked, checked
        submitted = terminal.type(".venv/bin/losslab submit 01-mse")
        assert "written and read back" in submitted and "in the zip: mse.py" in submitted, submitted
    finally:
        terminal.close()
    assert len(terminal.typed) <= MOST
    handed_in = tmp_path / "submitted" / "newcomer" / "01-mse"
    handed_in.mkdir(parents=True)
    shutil.copy(home / "assignments" / "01-mse.zip", handed_in)
    submission = intake.read("newcomer", course.assignment("01-mse"), handed_in, home / "assignments" / "01-mse")
    assert submission.problem is None and "def mse_loss" in submission.source
    readme = (home / "README.md").read_text(encoding="utf-8")
    for command in terminal.typed[2:]:
        assert command.replace("python3", "python").removeprefix(".venv/bin/") in readme, command


def test_plain_pytest_works_without_losslab(download: Path, libraries: Path, course: Course) -> None:
    with zipfile.ZipFile(download / f"{course.id}.zip") as archive:
        archive.extractall(download)
    folder = download / course.id / "assignments" / "01-mse"
    shutil.copy(ROOT / "solutions" / "01-mse" / "mse.py", folder)
    terminal = Terminal(folder, libraries)
    try:
        assert "No module named 'losslab'" in terminal.type("python3 -c 'import losslab'")
        assert "17 passed" in terminal.type("python3 -m pytest")
    finally:
        terminal.close()
