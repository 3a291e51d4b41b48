"""Read or create the course's secret, from which hidden inputs and pseudonyms are derived.

A line that everybody has, such as the one once shipped with the project, is not accepted as a secret.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.base import files
from autograder.base.errors import CourseError
from autograder.course import paths

VARIABLE = "LOSSLAB_SECRET_FILE"
LEAST, LEAST_DIFFERENT = 16, 8  # bytes it must have, and different bytes among them
# As a hash, so that no file contains the line itself.
_SHIPPED = frozenset({"5f7b95182c225b789d82cdfbad7323fba5a4791383963dc88367848f7f3f14ff"})
_SHIPPED_BEGINS = b"change-me"
_REMEDY = f"write a random line into it, or name a file that can be written with {VARIABLE}"


def secret(root: Path) -> bytes:
    """Return the secret of the course; if there is no usable one, write a random one and say so on stderr.

    Raises:
        CourseError: it cannot be read or written.
    """
    found = _read(place(root))
    return found if _problem(found) is None else _made(place(root))


def known(root: Path) -> bytes:
    """Return the secret that already exists, never a new one: all machines of a cluster must have the same.

    Raises:
        CourseError: there is none, or it keeps nothing secret.
    """
    path = place(root)
    found = _read(path)
    problem = _problem(found)
    if problem is not None:
        raise CourseError(f"{path}: {problem}; put the random line of the course there")
    return found


def digest_of_secret(root: Path) -> str:
    """Return a digest that tells two secrets apart and reveals neither."""
    return hashlib.sha256(b"fingerprint\0" + secret(root)).hexdigest()[:16]


def place(root: Path) -> Path:
    """Return the path of the secret: with the graders, which are never released, or as set in the environment."""
    return Path(os.environ.get(VARIABLE) or root / paths.SECRET)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}); {_REMEDY}") from None


def _problem(found: bytes) -> str | None:
    """Return why this line is not a secret; None if it is one."""
    if not found:
        return "held no secret"
    if found.startswith(_SHIPPED_BEGINS) or hashlib.sha256(found).hexdigest() in _SHIPPED:
        return "held the line that everybody has"
    if len(found) < LEAST or len(set(found)) < LEAST_DIFFERENT:
        return "held a line that is too short"
    return None


def _made(path: Path) -> bytes:
    """Write a random secret, or return the one that another process has written in the meantime."""
    path = path.resolve()  # a symbolic link to a safe place stays a link
    try:
        with _alone(path.parent):
            found = _read(path)
            problem = _problem(found)
            if problem is None:
                return found
            new = secrets.token_urlsafe(32).encode()
            files.replace(path, [new + b"\n"], private=True)
    except OSError as error:
        raise CourseError(f"{path}: cannot be written ({error.strerror}); {_REMEDY}") from None
    print(f"note: {path}: {problem}; a random one has been written, keep it with the grades", file=sys.stderr)
    return new


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let only one process in at a time; on a file system without locks we assume that only one command runs."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
