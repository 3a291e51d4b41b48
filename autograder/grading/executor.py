"""Spread batches over the cores of this machine; one grading process that dies costs a retry, never a result."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool

from ..errors import SandboxError
from .batch import Batch, Graded, grade

BATCH_SIZE = 8


def local(
    batches: list[Batch], jobs: int, warmed: Callable[[], None] = lambda: None
) -> Iterator[tuple[Batch, list[Graded]]]:
    """Grade batches in `jobs` processes and yield each as it is done. `warmed` imports what all of them need, once.

    Raises:
        CourseError, SandboxError: as grade() does.
    """
    if not batches:
        return
    warmed()
    waiting = list(batches)
    for _attempt in range(3):
        waiting = yield from _round(waiting, jobs)
        if not waiting:
            return
    raise SandboxError("the grading processes keep dying; look for what kills them (memory?), and grade again")


def _round(batches: list[Batch], jobs: int) -> Generator[tuple[Batch, list[Graded]], None, list[Batch]]:
    """One pool's worth of work; returns the batches that a dying process left undone."""
    context = multiprocessing.get_context("fork")  # what is imported here is shared with every process
    undone: list[Batch] = []
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        futures = {pool.submit(grade, batch): batch for batch in batches}
        try:
            for future in concurrent.futures.as_completed(futures):
                try:
                    graded = future.result()
                except BrokenProcessPool:
                    undone.append(futures[future])
                    continue
                yield futures[future], graded
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return undone
