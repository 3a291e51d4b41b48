"""Submissions that have been read and wait to be graded. A class may hand in gigabytes; little of it is in memory."""

from __future__ import annotations

import pickle
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from autograder.base.errors import OutputError
from autograder.intake.submission import Submission

# Packed bytes kept in memory; the rest is in a file without a name, which disappears however this process ends.
MEMORY = 32 << 20
# Unpacked bytes of the submissions in one batch: several batches run at once.
MOST_OF_A_BATCH = 16 << 20


class _Place(NamedTuple):
    start: int
    length: int
    unpacked: int


class Waiting:
    """Keeps submissions by assignment, in order of arrival. `folder` holds them if they are many."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: dict[str, list[_Place]] = defaultdict(list)
        self._end = 0
        self._file = tempfile.SpooledTemporaryFile(MEMORY, "w+b", dir=str(folder))  # noqa: SIM115  (__exit__ closes it)

    def __enter__(self) -> Waiting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return sum(map(len, self._places.values()))

    def add(self, submission: Submission) -> None:
        """Keep a submission. Raises OutputError."""
        data = _packed(submission)
        try:
            if self._end + len(data) > MEMORY:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._file.seek(self._end)
            self._file.write(data)
        except OSError as error:
            raise OutputError(
                f"{self._folder}: cannot be written ({error.strerror}); free space or choose another --out"
            ) from None
        unpacked = len(submission.source) + sum(map(len, submission.files.values()))
        self._places[submission.assignment].append(_Place(self._end, len(data), unpacked))
        self._end += len(data)

    def batches(self, most: int) -> Iterator[tuple[str, list[Submission]]]:
        """Yield assignment and submissions, at most `most` at once; they are unpacked only then."""
        for assignment, places in self._places.items():
            for batch in _grouped(places, most):
                yield assignment, [self._at(place) for place in batch]

    def _at(self, place: _Place) -> Submission:
        self._file.seek(place.start)
        submission: Submission = pickle.loads(zlib.decompress(self._file.read(place.length)))  # what _packed made
        return submission


def _grouped(places: list[_Place], most: int) -> Iterator[list[_Place]]:
    """Yield groups as large as count and room allow, with at least one submission each."""
    start, held = 0, 0
    for end, place in enumerate(places):
        if end > start and (end - start == most or held + place.unpacked > MOST_OF_A_BATCH):
            yield places[start:end]
            start, held = end, 0
        held += place.unpacked
    yield from filter(None, [places[start:]])


def _packed(submission: Submission) -> bytes:
    """Pack a submission, which takes a tenth of the memory; names that are not UTF-8 survive."""
    return zlib.compress(pickle.dumps(submission), 1)
