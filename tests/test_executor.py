"""Batches spread over processes: nothing is lost when one dies, and a crowd's need not exist at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.base.errors import SandboxError
from autograder.grading.batch import Batch, Graded
from autograder.grading.dispatch import executor
from autograder.grading.dispatch.salvage import KILLS
from autograder.intake.submission import Submission

FOLDER: list[Path] = []  # what is forked has it too


def noted(batch: Batch, alone: bool = False) -> tuple[list[Graded], dict[str, float]]:
    """Each submission gets its own name as a note; a process dies of one for each file that is named after it."""
    for submission in batch.submissions:
        if (FOLDER[0] / "everything").exists() or (FOLDER[0] / f"{submission.student}-always").exists():
            os._exit(11)
        for path in FOLDER[0].glob(f"{submission.student}-once-*"):
            path.unlink()
            os._exit(9)
    return [Graded([], [submission.student]) for submission in batch.submissions], {}


@pytest.fixture
def deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder whose files say what a process dies of."""
    monkeypatch.setattr(executor, "timed", noted)
    FOLDER[:] = [tmp_path]
    return tmp_path


def batch(number: int, size: int = 1) -> Batch:
    """Students 0, 1, 2, ... in batches of a size."""
    names = range(number * size, (number + 1) * size)
    return Batch(None, "01-mse", [Submission(str(name), "01-mse") for name in names], "", "")  # type: ignore[arg-type]


def graded(batches: Any, jobs: int = 2) -> dict[str, str | None]:
    """The note of each student, or the problem where there is no note."""
    found: dict[str, str | None] = {}
    for done, results in executor.local(batches, jobs):
        for submission, one in zip(done.submissions, results, strict=True):
            assert submission.student not in found, "graded twice"
            assert one.notes in ([submission.student], [])
            found[submission.student] = one.problem
    return found


@pytest.mark.usefixtures("deaths")
@pytest.mark.parametrize("count", [0, 1, 40])
def test_every_batch_is_graded_once(count: int) -> None:
    assert graded(map(batch, range(count))) == {str(number): None for number in range(count)}


@pytest.mark.parametrize(
    "dying", [["0-a"], ["39-a"], ["0-a", "0-b"], ["3-a", "7-a"], ["0-a", "1-a"], ["5-a", "5-b", "5-c"]]
)
def test_no_submission_is_lost_when_processes_die_now_and_then(deaths: Path, dying: list[str]) -> None:
    for name in dying:
        (deaths / name.replace("-", "-once-")).touch()
    assert graded(map(batch, range(40))) == {str(number): None for number in range(40)}
    assert list(deaths.iterdir()) == []


@pytest.mark.parametrize("size", [1, 3, 8])
@pytest.mark.parametrize("killers", [[5], [0, 23], [6, 7], [8, 9, 10, 11]])
def test_a_submission_that_always_kills_its_process_is_rejected_and_the_others_are_graded(
    deaths: Path, size: int, killers: list[int]
) -> None:
    for killer in killers:
        (deaths / f"{killer}-always").touch()
    batches = [batch(number, size) for number in range(24 // size)]
    assert graded(batches) == {str(number): KILLS if number in killers else None for number in range(24)}


def test_a_machine_that_kills_every_process_ends_grading_with_one_line(deaths: Path) -> None:
    (deaths / "everything").touch()
    with pytest.raises(SandboxError, match="keep dying"):
        graded(map(batch, range(40)))


def greedy(batch: Batch, alone: bool = False) -> tuple[list[Graded], dict[str, float]]:
    """What a comparison of two arrays that broadcast would take."""
    rows, columns = np.zeros((90_000, 1)), np.zeros((1, 90_000))
    try:
        return [Graded([], [str((rows + columns).shape)])], {}
    except MemoryError:
        return [Graded([], [batch.submissions[0].student])], {}


def test_a_grading_process_takes_no_more_memory_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "timed", greedy)
    assert graded([batch(3)]) == {"3": None}


@pytest.mark.usefixtures("deaths")
def test_batches_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def batches() -> Iterator[Batch]:
        for number in range(40):
            taken.append(number)
            yield batch(number)

    done = 0
    for _ in executor.local(batches(), 2):
        done += 1
        assert len(taken) <= done + 2 * 2
    assert done == 40


@pytest.mark.usefixtures("deaths")
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_a_batch_that_waits_for_another_is_handed_out_after_it(jobs: int) -> None:
    done: list[str] = []

    def batches() -> Iterator[Batch | None]:
        yield from map(batch, (0, 1, 2))
        while len(done) < 3:
            yield None
        yield from map(batch, range(3, 12))

    for item, _ in executor.local(batches(), jobs):
        done.append(item.submissions[0].student)
    assert sorted(map(int, done)) == list(range(12))
