"""A lock that lets only one `losslab grade` at a time write to a folder of results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from autograder.base.errors import OutputError

FILENAME = ".lock"


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the lock of this folder. Raises OutputError if somebody else is writing there.

    It is a POSIX record lock, which belongs to the process: the kernel releases it however the process ends, a
    leftover lock file blocks nobody, and forked processes do not hold it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nobody grades
        yield
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / FILENAME).open("ab")
    except OSError as error:
        raise OutputError(
            f"{out / FILENAME}: cannot be written ({error.strerror}); free space or choose another --out"
        ) from None
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"{out}: another `losslab grade` is writing there; wait until it has ended, or choose another --out"
            ) from None
        except OSError:
            pass  # this file system has no locks, so go on without one
        yield
