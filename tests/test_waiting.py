"""Memory for a class: both the hand-ins being read and those waiting to be graded are bounded."""

from __future__ import annotations

import gc
import random
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.base.errors import OutputError
from autograder.course import Course
from autograder.grading.batch import Batch, Graded
from autograder.intake import folder
from autograder.intake.submission import Submission
from autograder.use_cases import grade, grading, waiting
from autograder.use_cases.order import Order

ROOT = Path(__file__).parent.parent
STUDENTS = 24
EACH = 1 << 20


class Files(dict[str, bytes]):
    """Files of a submission, which tell whether anybody still holds them."""


@pytest.fixture
def order(tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> Order:
    """A class whose hand-ins are graded in no time."""
    for number in range(STUDENTS):
        (tmp_path / "submitted" / f"s{number:02}" / "01-mse").mkdir(parents=True)

    def graded(order: Order, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Graded]]]:
        for batch in batches:
            yield batch, [Graded([], []) for _ in batch.submissions]

    monkeypatch.setattr(grading, "_executed", graded)
    return Order(tmp_path / "submitted", tmp_path / "out", course, ROOT, ["01-mse"], 1, "process")


def with_files(seed: int, student: str) -> Submission:
    """One whose extra file cannot be made smaller."""
    noise = random.Random(seed).randbytes(EACH)
    return Submission(student, "01-mse", "x = 1\n", "mse.py", Files({"notes.txt": noise}), sha256=f"{seed:064x}")


def test_only_one_submission_is_held_at_a_time_after_reading(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Files]] = []
    held: list[int] = []

    def read(student: str, *_: Any) -> Submission:
        held.append(sum(files() is not None for files in made))
        submission = with_files(len(made), student)
        made.append(weakref.ref(submission.files))  # type: ignore[arg-type]
        return submission

    monkeypatch.setattr(folder, "read", read)
    assert len(grade.preview(order)) == STUDENTS
    assert len(held) == STUDENTS and max(held) <= 1
    gc.collect()
    assert not any(files() for files in made)


def test_a_class_with_large_files_takes_the_memory_of_a_few_hand_ins(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MEMORY", 2 * EACH)
    monkeypatch.setattr(waiting, "MOST_OF_A_BATCH", 2 * EACH + EACH // 2)
    seeds = iter(range(STUDENTS))
    monkeypatch.setattr(folder, "read", lambda student, *_: with_files(next(seeds), student))
    gc.collect()
    tracemalloc.start()
    try:
        grade.preview(order)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < STUDENTS * EACH / 2


def test_waiting_hand_ins_come_back_unchanged_by_assignment_in_order(tmp_path: Path) -> None:
    all_of_them = [with_files(seed, f"\udcff{seed}") for seed in range(5)]
    with waiting.Waiting(tmp_path) as kept:
        for submission in all_of_them:
            kept.add(submission)
        assert len(kept) == 5
        assert list(kept.batches(2)) == [
            ("01-mse", all_of_them[:2]),
            ("01-mse", all_of_them[2:4]),
            ("01-mse", all_of_them[4:]),
        ]


def test_a_batch_holds_as_much_as_fits_and_at_least_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MEMORY", EACH)
    with waiting.Waiting(tmp_path / "out") as kept:
        for seed in range(5):
            kept.add(with_files(seed, f"s{seed}"))
        for most, sizes in ((EACH // 2, [1] * 5), (2 * EACH + EACH // 2, [2, 2, 1]), (9 * EACH, [5])):
            monkeypatch.setattr(waiting, "MOST_OF_A_BATCH", most)
            assert [len(submissions) for _, submissions in kept.batches(8)] == sizes
    assert list((tmp_path / "out").iterdir()) == []  # nothing is left behind


def test_no_room_for_waiting_hand_ins_gives_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MEMORY", EACH)
    (tmp_path / "out").write_text("")
    with waiting.Waiting(tmp_path / "out") as kept:
        kept.add(Submission("ada", "01-mse"))
        with pytest.raises(OutputError, match=r"cannot be written .*; free space or choose another --out"):
            kept.add(with_files(0, "ada"))
