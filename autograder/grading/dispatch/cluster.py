"""Spread batches over a Dask cluster: the same grading, with each Dask worker behind jails of its own.

The course's folder lies at the same path on every machine, on a shared file system say; a worker that would grade with
anything else than we do is refused: its fingerprint differs.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.base.errors import CourseError, LossLabError, SandboxError
from autograder.base.stopwatch import watch
from autograder.course.seed import known, place
from autograder.grading.batch import Batch, Graded, GradersStopped, import_oracle
from autograder.grading.dispatch import fingerprint
from autograder.grading.dispatch.executor import timed
from autograder.grading.dispatch.fingerprint import Fingerprint
from autograder.grading.dispatch.salvage import salvaged

SECONDS_TO_CONNECT = 10
_ATTEMPTS = 3
# Batches that are on their way at once: this many for each thread of the cluster, which may still be starting its workers.
_EACH, _AT_LEAST = 2, 16
_SAME_COURSE = "put the same course and the same losslab at the same path on every machine"

# pytest, which runs the checks, is at home in one thread a process; a worker with several takes its batches in turn.
_one_at_a_time = threading.Lock()


def dask(batches: Iterable[Batch], scheduler: str) -> Iterator[tuple[Batch, list[Graded]]]:
    """Grade batches on the cluster of the scheduler at this address, say tcp://127.0.0.1:8786, and yield each as it is done.

    A batch whose worker is lost goes to another one. Of `batches` no more are taken than are worked on soon, so that those
    of a crowd need not exist at once.

    Raises:
        CourseError, SandboxError: as grade() does; no scheduler answers, or its workers keep dying.
    """
    waiting = iter(batches)
    beginning = list(itertools.islice(waiting, 1))
    if not beginning:
        return
    waiting = itertools.chain(beginning, waiting)
    del beginning
    with _client(scheduler) as client:
        from distributed import KilledWorker

        lost: list[Batch] = []
        for _attempt in range(_ATTEMPTS):
            lost = []
            for batch, done, error in _round(client, waiting):
                if isinstance(error, KilledWorker):
                    lost.append(batch)
                elif error is not None:
                    raise _told(error) from None
                else:
                    graded, seconds = done
                    watch.add(seconds)
                    yield batch, graded
            waiting = iter(lost)
            if not lost:
                return
        for batch in lost:
            yield batch, salvaged(batch, lambda one: _alone(client, one))


def _alone(client: Any, batch: Batch) -> list[Graded] | GradersStopped | None:
    """Grade one batch on the cluster; None where its worker died."""
    from distributed import KilledWorker

    ((_, done, error),) = _round(client, iter([batch]), alone=True)
    if isinstance(error, KilledWorker):
        return None
    if error is not None:
        raise _told(error) from None
    graded, seconds = done
    watch.add(seconds)
    return graded  # type: ignore[no-any-return]


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise SandboxError("--executor dask: Dask is not installed; run `pip install 'losslab[cluster]'`") from None
    try:
        return Client(scheduler, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SandboxError(
            f"--scheduler {scheduler}: no Dask scheduler answers there ({reason}); start one with `dask scheduler`"
        ) from None


def _round(
    client: Any, batches: Iterator[Batch], alone: bool = False
) -> Iterator[tuple[Batch, Any, BaseException | None]]:
    """Hand all batches out; each comes back with what it gave, or with the error that it met."""
    from distributed import as_completed

    done = as_completed(loop=client.loop)
    held: dict[str, tuple[Any, Batch]] = {}

    def hand_out() -> None:
        most = max(_AT_LEAST, _EACH * sum(client.nthreads().values()))
        for batch in itertools.islice(batches, max(0, most - len(held))):
            future = client.submit(_there, batch, _fingerprint(batch), alone, pure=False, retries=0)
            held[future.key] = future, batch
            done.add(future)

    try:
        hand_out()
        for future in done:
            _, batch = held.pop(future.key)
            error = future.exception()
            yield batch, None if error else future.result(), error
            del batch
            hand_out()
    finally:
        client.cancel([future for future, _ in held.values()])


def _there(batch: Batch, wanted: Fingerprint, alone: bool = False) -> tuple[Any, dict[str, float]]:
    """On a worker: grade, if what it would grade with is what was meant."""
    root = Path(batch.root)
    if not root.is_dir():
        raise _refused(str(root), f"is missing; {_SAME_COURSE}")
    known(root)  # none is made here: every machine would have one of its own
    found = _fingerprint(batch)
    if found.seed != wanted.seed:
        raise _refused(str(place(root)), "is another secret; put the same on every machine")
    if found.environment != wanted.environment:
        raise _refused("environment", f"{found.environment}; install what you grade with: {wanted.environment}")
    if found != wanted:
        raise _refused(str(root), f"graders of {batch.assignment_id} are missing there or differ; {_SAME_COURSE}")
    with _one_at_a_time:
        import_oracle()
        return timed(batch, alone)


def _fingerprint(batch: Batch) -> Fingerprint:
    assignment = batch.course.assignment(batch.assignment_id)
    return fingerprint.of(batch.course, Path(batch.root), assignment, batch.wall)


def _refused(what: str, says: str) -> CourseError:
    import socket

    return CourseError(f"{what} on {socket.gethostname()}: {says}")


def _told(error: BaseException) -> LossLabError:
    """The one line for what went wrong on a worker."""
    if isinstance(error, LossLabError):
        return error
    return SandboxError(f"a Dask worker failed: {type(error).__name__}: {error}; look into its log, and grade again")
