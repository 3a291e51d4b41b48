"""The course's secret: what hidden inputs and pseudonyms are derived from. Nobody's secret is a line that everybody has."""

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
LEAST, LEAST_DIFFERENT = 16, 8  # bytes of it, and different ones among them
# By its hash, so that the line itself stands in no file.
_SHIPPED = frozenset({"5f7b95182c225b789d82cdfbad7323fba5a4791383963dc88367848f7f3f14ff"})
_SHIPPED_BEGINS = b"change-me"
_REMEDY = f"write a random line into it, or name a file that can be written with {VARIABLE}"


def secret(root: Path) -> bytes:
    """The secret of the course; a random one is written, and said to be, where there is none that keeps anything secret.

    Raises:
        CourseError: it can be neither read nor written.
    """
    found = _read(place(root))
    return found if _problem(found) is None else _made(place(root))


def known(root: Path) -> bytes:
    """The secret as somebody else has written it: on a cluster all machines have the same one, or nobody grades.

    Raises:
        CourseError: there is none, or it is no secret.
    """
    path = place(root)
    found = _read(path)
    problem = _problem(found)
    if problem is not None:
        raise CourseError(f"{path}: {problem}; put the random line of the course there")
    return found


def digest_of_secret(root: Path) -> str:
    """What tells one secret from another without telling either."""
    return hashlib.sha256(b"fingerprint\0" + secret(root)).hexdigest()[:16]


def place(root: Path) -> Path:
    """Its file: with the graders, which are never released, or where the environment says."""
    return Path(os.environ.get(VARIABLE) or root / paths.SECRET)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}); {_REMEDY}") from None


def _problem(found: bytes) -> str | None:
    """Why this keeps nothing secret; None if it does."""
    if not found:
        return "held no secret"
    if found.startswith(_SHIPPED_BEGINS) or hashlib.sha256(found).hexdigest() in _SHIPPED:
        return "held the line that everybody has"
    if len(found) < LEAST or len(set(found)) < LEAST_DIFFERENT:
        return "held a line that is too short"
    return None


def _made(path: Path) -> bytes:
    """Write one. Whoever comes second finds the first one's."""
    path = path.resolve()  # a link to a safe place stays one
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
    """One at a time; a file system without locks is trusted to see one command only."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
