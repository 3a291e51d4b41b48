"""One `losslab grade` at a time on a folder of results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from autograder.base.errors import OutputError

FILENAME = ".lock"


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the lock of this folder, or say that somebody else writes there. Raises OutputError.

    It is a lock of the process (POSIX record lock): the kernel lets go of it however that ends, a lock that is left
    behind hinders nobody, and processes that are forked meanwhile do not hold it.
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
            pass  # a file system without locks: as good as it was
        yield
