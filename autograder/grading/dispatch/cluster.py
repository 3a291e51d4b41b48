"""Spread batches over a Dask cluster: the same grading, with each Dask worker behind jails of its own.

The course's folder must be at the same path on every machine, for example on a shared file system. A worker that would
grade with anything else than we do is refused, because its fingerprint differs.
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
# Batches in flight: so many for each thread of the cluster, and at least some, since its workers may still be starting.
_EACH, _AT_LEAST = 2, 16
_SAME_COURSE = "put the same course and the same losslab at the same path on every machine"

# pytest, which runs the checks, supports only one thread in a process; a worker with several grades its batches in
# turn.
_one_at_a_time = threading.Lock()


def dask(batches: Iterable[Batch], scheduler: str) -> Iterator[tuple[Batch, list[Graded]]]:
    """Grade batches on the cluster of this scheduler (such as tcp://127.0.0.1:8786), and yield each when it is done.

    A batch whose worker dies goes to another one. `batches` is read only as fast as the cluster works, so that a large
    class is never in memory as a whole.

    Raises:
        CourseError, SandboxError: as grade() does; or no scheduler answers, or its workers keep dying.
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
    """Grade one batch on the cluster; return None if its worker died."""
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
    """Hand out all batches; yield each with its results, or with its error."""
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
    """Grade a batch on a worker, if its fingerprint is the wanted one. Raises CourseError if not."""
    root = Path(batch.root)
    if not root.is_dir():
        raise _refused(str(root), f"is missing; {_SAME_COURSE}")
    known(root)  # never create one here, or each machine would have its own
    found = _fingerprint(batch)
    if found.seed != wanted.seed:
        raise _refused(str(place(root)), "holds another secret; put the same secret on every machine")
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
    """Return the error, as one line, for what went wrong on a worker."""
    if isinstance(error, LossLabError):
        return error
    return SandboxError(f"a Dask worker failed: {type(error).__name__}: {error}; look into its log, and grade again")
