"""The sample class, graded from the command line as an instructor would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent
EXPECTED = HERE / "sample_class" / "expected.json"


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """What must not change unnoticed: status, problem, score, and the status of every check that did not pass."""
    return {
        f"{item['student']}/{item['assignment']}": {
            "status": item["status"],
            "problem": item["problem"],
            "score": item["score"],
            "late_penalty": item["late_penalty"],
            "lost": {
                check["id"]: check["status"]
                for part in item["parts"]
                for check in part["checks"]
                if check["status"] != "pass"
            },
        }
        for item in results
    }


def grade(out: Path, *options: str) -> None:
    command = [sys.executable, "-m", "autograder", "grade", str(HERE / "sample_class" / "submitted"), "--out", str(out)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded")
    grade(folder)
    return folder


def test_the_sample_class_is_graded_as_expected(out: Path) -> None:
    results = json.loads((out / "results.json").read_bytes())
    assert results["format"] == 1
    assert summary(results["results"]) == json.loads(EXPECTED.read_text())


def test_every_promised_file_is_there(out: Path) -> None:
    results = json.loads((out / "results.json").read_bytes())["results"]
    names = ["gradebook.db", "results.json", "grades.csv", "report.html", "timings.json"]
    names += [f"results/{item['student']}/{item['assignment']}.json" for item in results]
    names += [f"feedback/{item['student']}/{item['assignment']}.html" for item in results]
    assert [name for name in names if not (out / name).is_file()] == []


def test_one_job_or_two_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    def of(folder: Path) -> list[bytes]:
        return [path.read_bytes() for path in sorted((folder / "results").glob("*/01-mse.json"))]

    grade(tmp_path, "--jobs", "1", "--assignment", "01-mse")
    assert of(tmp_path) == of(out)
