"""The workflow for GitHub Classroom does what it says, in a repository like a student's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader_course as kit
import pytest
import yaml

from autograder.course import Course
from autograder.release import classroom

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "assignments" / "01-mse"


def commands() -> list[str]:
    workflow = yaml.safe_load((FOLDER / classroom.PATH).read_text())
    return [step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The released folder as a student's repository, with one commit."""
    folder = tmp_path / "repository"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "start"]):
        options = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *options, *command], cwd=folder, check=True)
    return folder


def run_checks(folder: Path) -> subprocess.CompletedProcess[str]:
    """Every step of the workflow after the installation."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(commands()[1:])
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )


def test_the_stub_fails_and_the_finished_script_passes(repository: Path) -> None:
    assert run_checks(repository).returncode == 1
    shutil.copy(ROOT / "solutions" / "01-mse" / "mse.py", repository)
    done = run_checks(repository)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_notebook_counts_where_the_script_was_left_as_it_is(repository: Path) -> None:
    nbformat.write(kit.solved(), repository / "mse.ipynb")
    done = run_checks(repository)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_may_read_and_knows_no_secret(course: Course) -> None:
    for assignment in course.assignments:
        text = (ROOT / "assignments" / assignment.id / classroom.PATH).read_text()
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}
        assert "secrets." not in text and "token" not in text.lower() and "losslab" not in text
        assert ("torch" in text) == (assignment.environment == "torch")
