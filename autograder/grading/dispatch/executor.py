"""Spread batches over the cores of this machine; a grading process that dies costs a retry, and at worst the one submission
that kills it.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import ctypes
import functools
import gc
import itertools
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.base.stopwatch import watch
from autograder.grading.batch import Batch, Graded, GradersStopped, grade
from autograder.grading.dispatch.salvage import salvaged

BATCH_SIZE, LARGE_BATCH = 8, 32
_PR_SET_PDEATHSIG = 1
MEMORY_BYTES = 2 << 30  # that a grading process may take beyond what it begins with


def batch_size(submissions: int, jobs: int) -> int:
    """How many go into one batch: few for a class, so that no core waits for another; more for a crowd."""
    return min(LARGE_BATCH, max(BATCH_SIZE, submissions // (8 * jobs)))


def local(
    batches: Iterable[Batch | None],
    jobs: int,
    warmed: Callable[[], None] = lambda: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Batch, list[Graded]]]:
    """Grade batches in `jobs` processes and yield each as it is done.

    Of `batches` no more are taken than are worked on soon, so that those of a crowd need not exist at once; a None among
    them says that what comes next waits for one that is at work. `warmed` imports what all of them need, once; `meanwhile`
    is called here while they are at work.

    Raises:
        CourseError, SandboxError: as grade() does.
    """
    waiting = iter(batches)
    beginning = list(itertools.islice(waiting, 1))
    if not beginning:
        return
    warmed()
    gc.freeze()  # what is there now lives as long as this process and its children: nobody need look through it again
    waiting = itertools.chain(beginning, waiting)
    del beginning
    suspects: list[Batch] = []
    while undone := (yield from _round(waiting, jobs, meanwhile, timed)):
        # Whoever was at work when a process died gets another try among the others; after that, each alone.
        for batch in [batch for batch in undone if any(batch is other for other in suspects)]:
            yield batch, salvaged(batch, _alone)
            undone.remove(batch)
        suspects = undone
        waiting = itertools.chain(undone, waiting)


def _alone(batch: Batch) -> list[Graded] | GradersStopped | None:
    """Grade a batch in a pool of one; None where it died."""
    done = list(_round(iter([batch]), 1, lambda: None, functools.partial(timed, alone=True)))
    return done[0][1] if done else None


def timed(batch: Batch, alone: bool = False) -> tuple[list[Graded] | GradersStopped, dict[str, float]]:
    """Grade a batch; what comes along is where the time went.

    Where the graders end in the middle, the process ends as well, for it may hold gigabytes that the next batch needs;
    if nobody else waits behind the batch, why they ended is told.
    """
    watch.take()
    try:
        return grade(batch), watch.take()
    except (GradersStopped, MemoryError) as error:
        if alone and isinstance(error, GradersStopped):
            return error, watch.take()
        os._exit(1)


def _end_with(parent: int) -> None:
    """A grading process does not outlive the command, however that ends; its jail ends with it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before this took effect
        os._exit(1)
    _bound_memory()


def _bound_memory() -> None:
    """A comparison that takes gigabytes, because of what a submission gave, costs its check and not the machine."""
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/status", encoding="ascii") as file:
            (used,) = (int(line.split()[1]) << 10 for line in file if line.startswith("VmData:"))
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY_BYTES, hard))
        Path("/proc/self/oom_score_adj").write_text("500")  # before the process that writes the results


def _round(
    batches: Iterator[Batch | None],
    jobs: int,
    meanwhile: Callable[[], None],
    work: Callable[[Batch], tuple[Any, dict[str, float]]],
) -> Generator[tuple[Batch, Any], None, list[Batch]]:
    """One pool's worth of work; returns the batches that a dying process left undone."""
    context = multiprocessing.get_context("fork")  # what is imported here is shared with every process
    with concurrent.futures.ProcessPoolExecutor(jobs, context, _end_with, (os.getpid(),)) as pool:
        desk = _Desk(pool, batches, jobs, work)
        try:
            desk.hand_out()
            meanwhile()
            while desk.futures:
                done, _ = concurrent.futures.wait(desk.futures, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    batch = desk.futures.pop(future)
                    try:
                        graded, seconds = future.result()
                    except BrokenProcessPool:
                        desk.undone.append(batch)
                        continue
                    desk.hand_out()
                    watch.add(seconds)
                    yield batch, graded
                    del batch, graded
                    desk.hand_out()  # what has waited for this one
                del done, future
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return desk.undone


@dataclass
class _Desk:
    """Where a pool's batches are handed out: the next ones, those at work by their futures, those a dying process left."""

    pool: concurrent.futures.ProcessPoolExecutor
    batches: Iterator[Batch | None]
    jobs: int
    work: Callable[[Batch], tuple[Any, dict[str, float]]]
    futures: dict[concurrent.futures.Future[Any], Batch] = field(default_factory=dict)
    undone: list[Batch] = field(default_factory=list)

    def hand_out(self) -> None:
        """Give the pool what it works on soon, and once a process has died, nothing more."""
        while not self.undone and len(self.futures) < 2 * self.jobs:
            batch = next(self.batches, None)
            if batch is None:
                return
            try:
                self.futures[self.pool.submit(self.work, batch)] = batch
            except BrokenProcessPool:
                self.undone.append(batch)
