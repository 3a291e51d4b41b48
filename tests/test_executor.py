"""Batches spread over processes: nothing is lost when one dies, and a crowd's need not exist at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import SandboxError
from autograder.grading import executor

FOLDER: list[Path] = []  # what is forked has it too


def squared(number: int) -> tuple[list[int], dict[str, float]]:
    for path in FOLDER[0].glob(f"{number}-*"):
        path.unlink()
        os._exit(9)
    return [number * number], {}


@pytest.fixture
def deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Batches are numbers here; a process dies of one for each file that is named after it."""
    monkeypatch.setattr(executor, "timed", squared)
    FOLDER[:] = [tmp_path]
    return tmp_path


def local(numbers: Any, jobs: int = 2) -> Iterator[Any]:
    return executor.local(numbers, jobs)


@pytest.mark.usefixtures("deaths")
@pytest.mark.parametrize("count", [0, 1, 40])
def test_every_batch_is_graded_once(count: int) -> None:
    assert sorted(local(range(count))) == [(number, [number * number]) for number in range(count)]


@pytest.mark.parametrize("dying", [["0-a"], ["39-a"], ["0-a", "0-b"], ["3-a", "7-a"], ["0-a", "1-a"]])
def test_none_is_lost_when_a_process_dies_once_or_twice(deaths: Path, dying: list[str]) -> None:
    for name in dying:
        (deaths / name).touch()
    assert sorted(local(range(40))) == [(number, [number * number]) for number in range(40)]
    assert list(deaths.iterdir()) == []


def test_a_process_that_always_dies_ends_it_with_one_line(deaths: Path) -> None:
    for name in "abcdef":
        (deaths / f"5-{name}").touch()
    with pytest.raises(SandboxError, match="keep dying"):
        list(local(range(40)))


@pytest.mark.usefixtures("deaths")
def test_batches_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield number

    done = 0
    for _ in local(numbers()):
        done += 1
        assert len(taken) <= done + 2 * 2
    assert done == 40


@pytest.mark.usefixtures("deaths")
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_what_waits_for_another_batch_is_handed_out_after_it(jobs: int) -> None:
    done: list[int] = []

    def numbers() -> Iterator[int | None]:
        yield from (0, 1, 2)
        while len(done) < 3:
            yield None
        yield from range(3, 12)

    for number, _ in local(numbers(), jobs):
        done.append(number)
    assert sorted(done) == list(range(12))
