"""Plan the batches of a proof: what is graded when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.grading.batch import Batch, Graded
from autograder.grading.dispatch import executor
from autograder.intake.submission import Submission
from autograder.proving.cases import Case, cases_of, reference_of
from autograder.proving.coverage import Coverage, checks_for, coverage_of

_SIZE = {"mutant": 60, "seed": 100, "mistake": 16}
_CHOSEN = ("mutant", "mistake")


class Plan:
    """The solutions to grade for some assignments, and those graded so far.

    `graded` holds each case with its outcomes, by assignment.
    """

    def __init__(self, course: Course, root: Path, assignments: list[Assignment], wall: str, seeds: int) -> None:
        self._course, self._root, self._wall, self._seeds = course, root, wall, seeds
        self._assignments = assignments
        self._cases: dict[str, list[Case]] = {}
        self._groups: dict[int, list[Case]] = {}
        self._coverage: dict[str, Coverage] = {}
        self.graded: dict[str, list[tuple[Case, Graded]]] = defaultdict(list)

    def batches(self) -> Iterator[Batch | None]:
        """Yield the references first, then what needs no coverage, then the rest; long batches come early."""
        for item in reversed(self._assignments):
            reference = Submission("reference", item.id, reference_of(self._root, item))
            yield Batch(self._course, item.id, [reference], str(self._root), self._wall, reach=True)
        self._cases.update((item.id, list(cases_of(self._root, item, self._seeds))) for item in self._assignments)
        for item in reversed(self._assignments):
            yield from self._batches_of(item, seeded=True)
        for item in reversed(self._assignments):
            while item.id not in self._coverage:
                yield None
            yield from self._batches_of(item, seeded=False)

    def _batches_of(self, item: Assignment, seeded: bool) -> Iterator[Batch]:
        for group in _groups([case for case in self._cases[item.id] if (case.kind == "seed") is seeded]):
            batch = self._batch(item, group, None if seeded else self._coverage[item.id])
            self._groups[id(batch)] = group
            yield batch

    def take(self, batch: Batch, results: list[Graded]) -> None:
        """Take in the results of a batch."""
        if batch.reach:
            self._coverage[batch.assignment_id] = coverage_of(batch, results[0])
        else:
            self.graded[batch.assignment_id] += zip(self._groups.pop(id(batch)), results, strict=True)

    @property
    def progress(self) -> tuple[int, int]:
        """The number of cases graded so far, and of all cases."""
        return sum(map(len, self.graded.values())), sum(map(len, self._cases.values()))

    def _batch(self, assignment: Assignment, group: list[Case], coverage: Coverage | None) -> Batch:
        kind = group[0].kind
        seeds = [case.seed for case in group] if kind == "seed" else []
        return Batch(
            self._course,
            assignment.id,
            [Submission(case.id, assignment.id, case.text) for case in (group[:1] if seeds else group)],
            str(self._root),
            self._wall,
            until_lost=kind == "mutant",
            only=[checks_for(case, coverage) for case in group] if coverage and kind in _CHOSEN else [],
            seeds=seeds,
            diagnose=kind == "mistake",
            pictures=kind not in ("mutant", "seed"),
        )


def _groups(cases: list[Case]) -> Iterator[list[Case]]:
    """Yield groups of cases that can be graded in one batch."""
    alike: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        alike[case.kind].append(case)
    for kind, group in alike.items():
        size = _SIZE.get(kind, executor.BATCH_SIZE)
        yield from (group[start : start + size] for start in range(0, len(group), size))
