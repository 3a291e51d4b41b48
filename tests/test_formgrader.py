"""formgrader's server as its pages use it: autograde by a button, a written answer graded by hand, the score in grades.csv."""

from __future__ import annotations

import csv
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbgrader_course as kit
import pytest

ASSIGNMENT = "03-gradient-comparison"
TOKEN = "a-token-for-this-test"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = kit.make(tmp_path_factory.mktemp("course"))
    kit.hand_in(folder, ASSIGNMENT, 1, 3)
    kit.run(folder, "nbgrader", "generate_assignment", ASSIGNMENT)
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A JupyterLab on loopback; ask(method, path, data) gives the text of the reply."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    options = [f"--port={port}", "--ip=127.0.0.1", "--no-browser", f"--IdentityProvider.token={TOKEN}"]
    command = [sys.executable, "-m", "jupyterlab", *options, "--ServerApp.port_retries=0", "--allow-root"]
    environment = os.environ | {"PYTHONPATH": str(kit.ROOT), "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    log = (home / "log").open("wb")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    def ask(method: str, path: str, data: Any = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        body = None if data is None else json.dumps(data)
        connection.request(method, f"/formgrader{path}", body, {"Authorization": f"token {TOKEN}"})
        reply = connection.getresponse()
        text = reply.read().decode()
        assert reply.status == 200, (path, reply.status, text[-500:])
        return text

    try:
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()[-2000:]
                time.sleep(0.2)
        yield ask
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def test_a_written_answer_is_graded_by_hand(folder: Path, ask: Ask) -> None:
    assert ASSIGNMENT in ask("GET", "/api/assignments")
    for student in ("student-01", "student-03"):
        done = json.loads(ask("POST", f"/api/submission/{ASSIGNMENT}/{student}/autograde"))
        assert done["success"], done
    submissions = json.loads(ask("GET", f"/api/submitted_notebooks/{ASSIGNMENT}/gradient_comparison"))
    by_student = {item["student"]: item for item in submissions}
    assert set(by_student) == {"student-01", "student-03"}
    assert all(item["needs_manual_grade"] for item in submissions)
    mine = by_student["student-01"]["id"]
    page = ask("GET", f"/submissions/{mine}/")
    assert "✓" in page and "In your own words" in page
    grades = {item["name"]: item for item in json.loads(ask("GET", f"/api/grades?submission_id={mine}"))}
    assert grades["written"]["needs_manual_grade"] and not grades["train"]["needs_manual_grade"]
    ask("PUT", f"/api/grade/{grades['written']['id']}", {"manual_score": 4.5, "extra_credit": 0.5})
    kit.run(folder, "autograder", "grade", "submitted", "--out", "grades")
    with (folder / "grades" / "grades.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    earned = by_student["student-01"]["score"]
    assert earned > 0 and float(rows["student-01"][ASSIGNMENT]) == earned + 5
    kept = {item["name"]: item for item in json.loads(ask("GET", f"/api/grades?submission_id={mine}"))}
    assert (kept["written"]["manual_score"], kept["written"]["needs_manual_grade"]) == (4.5, False)
