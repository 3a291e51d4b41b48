"""Grading on a Dask cluster: the same results as here, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.base.errors import LossLabError
from autograder.course import Course
from autograder.grading.batch import Batch, Graded
from autograder.grading.dispatch import cluster
from autograder.grading.dispatch.executor import local
from autograder.grading.dispatch.fingerprint import Fingerprint
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
STUB = "def mse_loss(pred, target):\n    return {}\n"


@pytest.fixture
def scheduler() -> Iterator[Any]:
    """A scheduler and two worker processes on loopback, without a dashboard."""
    from distributed import LocalCluster

    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options, host="127.0.0.1", silence_logs=50) as running:
        yield running


def batches(course: Course, wall: str, root: Path = ROOT) -> list[Batch]:
    """Six batches of three submissions, all different."""
    reference = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
    sources = [reference + STUB.format(number) for number in range(17)] + [reference]
    made = [Submission(f"s{number}", "01-mse", source) for number, source in enumerate(sources)]
    return [Batch(course, "01-mse", made[start : start + 3], str(root), wall) for start in range(0, 18, 3)]


def by_student(done: Iterator[tuple[Batch, list[Graded]]]) -> dict[str, Graded]:
    pairs = [pair for batch, graded in done for pair in zip(batch.submissions, graded, strict=True)]
    assert len(pairs) == len({submission.student for submission, _ in pairs})
    return {submission.student: graded for submission, graded in pairs}


def test_a_cluster_that_loses_a_worker_grades_as_this_machine_does(course: Course, wall: str, scheduler: Any) -> None:
    def killing_one() -> Iterator[tuple[Batch, list[Graded]]]:
        for number, done in enumerate(cluster.dask(batches(course, wall), scheduler.scheduler_address)):
            if number == 0:
                os.kill(next(iter(scheduler.workers.values())).pid, signal.SIGKILL)
            yield done

    assert by_student(killing_one()) == by_student(local(batches(course, wall), 1))


def test_batches_are_taken_as_workers_get_through_them(
    course: Course, wall: str, scheduler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batches of a large class are never all in memory."""
    monkeypatch.setattr(cluster, "_AT_LEAST", 1)
    taken = []

    def waiting() -> Iterator[Batch]:
        for batch in batches(course, wall):
            taken.append(batch)
            yield batch

    done = cluster.dask(waiting(), scheduler.scheduler_address)
    next(done)
    assert len(taken) <= 4  # of six: two for each thread
    assert len(list(done)) == 5 and len(taken) == 6


def wanted(batch: Batch, **others: str) -> Fingerprint:
    """Return the fingerprint of this machine, with some fields changed."""
    return msgspec.structs.replace(cluster._fingerprint(batch), **others)


def test_a_worker_with_other_graders_is_refused(course: Course, wall: str, scheduler: Any, tmp_path: Path) -> None:
    client, batch = cluster._client(scheduler.scheduler_address), batches(course, wall)[0]
    with client, pytest.raises(LossLabError, match="put the same course"):
        client.submit(cluster._there, batch, wanted(batch, graders="others")).result()


def test_a_worker_with_another_secret_is_refused(course: Course, wall: str, scheduler: Any) -> None:
    client, batch = cluster._client(scheduler.scheduler_address), batches(course, wall)[0]
    with client, pytest.raises(LossLabError, match="put the same secret on every machine"):
        client.submit(cluster._there, batch, wanted(batch, seed="another")).result()


def test_a_worker_with_other_libraries_is_refused(course: Course, wall: str, scheduler: Any) -> None:
    """Otherwise its outcomes would be cached, and written into results, as those of our libraries."""
    client, batch = cluster._client(scheduler.scheduler_address), batches(course, wall)[0]
    with client, pytest.raises(LossLabError, match="install what you grade with: Python 3, numpy 1"):
        client.submit(cluster._there, batch, wanted(batch, environment="Python 3, numpy 1")).result()


def test_a_missing_scheduler_gives_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ann" / "01-mse").mkdir(parents=True)
    (tmp_path / "ann" / "01-mse" / "mse.py").write_text("x = 1\n")
    command = [sys.executable, "-m", "autograder", "grade", str(tmp_path), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr and "Traceback" not in done.stderr


def test_dask_without_a_scheduler_is_one_line() -> None:
    command = [sys.executable, "-m", "autograder", "grade", "x", "--out", "y", "--executor", "dask"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "--scheduler ADDRESS" in done.stderr
