"""The gradebook on PostgreSQL, started here on loopback; SQLite is what all other tests use."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_exports import COURSE, PEOPLE, RESULTS

from autograder import gradebook
from autograder.exports import load, roster
from autograder.gradebook import by_hand

DRIVERS = {"psycopg": "postgresql+psycopg", "psycopg2": "postgresql+psycopg2", "pg8000": "postgresql+pg8000"}
DRIVER = next((name for name in DRIVERS if importlib.util.find_spec(name)), None)


def program(name: str) -> str | None:
    """Debian keeps the server's programs off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


pytestmark = [
    pytest.mark.skipif(
        program("initdb") is None or program("pg_ctl") is None,
        reason="PostgreSQL is not installed: apt-get install postgresql",
    ),
    pytest.mark.skipif(DRIVER is None, reason="no driver for PostgreSQL is installed: pip install 'psycopg[binary]'"),
    pytest.mark.skipif(
        os.geteuid() == 0 and shutil.which("runuser") is None, reason="PostgreSQL refuses root, and runuser is missing"
    ),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An empty database of a server that lives as long as these tests."""
    folder = Path(tempfile.mkdtemp(prefix="losslab-postgresql-"))  # pytest's own folders are closed to other users
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses root
        shutil.chown(folder, "postgres")
        as_owner = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    assert initdb and pg_ctl
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run([*as_owner, *command], check=True, cwd=folder, stdout=quiet, stderr=quiet)

    run(initdb, "-D", str(data), "-U", "losslab", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
    run(pg_ctl, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"{DRIVERS[DRIVER or '']}://losslab@127.0.0.1:{port}/postgres"
    finally:
        run(pg_ctl, "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_holds_what_sqlite_holds(url: str, tmp_path: Path) -> None:
    beside = f"sqlite:///{tmp_path / 'gradebook.db'}"
    for book in (url, beside):
        gradebook.write(book, COURSE, RESULTS, {})
        roster.enter(book, COURSE, PEOPLE)
        gradebook.write(book, COURSE, RESULTS, {})
    assert load.roster(url, COURSE) == load.roster(beside, COURSE)
    assert by_hand.read(url, COURSE) == by_hand.read(beside, COURSE)


def test_a_score_by_hand_stays_in_postgresql(url: str) -> None:
    from nbgrader.api import Gradebook

    gradebook.write(url, COURSE, RESULTS, {})
    with Gradebook(url, course_id="c") as book:
        book.find_grade("essay", "first", "01-a", "ada").manual_score = 1.5
        book.db.commit()
    gradebook.write(url, COURSE, RESULTS, {})
    assert by_hand.read(url, COURSE)["ada", "01-a"].marks == {"essay": by_hand.Mark(1.5, 0.0)}
