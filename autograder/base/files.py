"""Files that are whole or not there, and zips whose bytes depend on what is in them alone."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.base.errors import OutputError

_TIME = (2026, 1, 1, 0, 0, 0)


def write(
    path: Path, content: str | bytes | Iterable[bytes], remedy: str = "free space or choose another --out"
) -> None:
    """`replace`, with the folders above it. Raises OutputError, with the remedy."""
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, [data] if isinstance(data, bytes) else data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); {remedy}") from None


def replace(path: Path, pieces: Iterable[bytes], private: bool = False) -> None:
    """Write a file besides this one, then rename it: a reader never meets half of it.

    A private one can be read by nobody else from its first moment on, and is on the disk before it has its name.

    Raises:
        OSError: it cannot be written; then what was there is as it was.
    """
    besides = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(besides, flags, 0o600 if private else 0o666), "wb") as file:
            file.writelines(pieces)
            if private:
                file.flush()
                os.fsync(file.fileno())
        os.replace(besides, path)
    except BaseException:
        with contextlib.suppress(OSError):
            besides.unlink(missing_ok=True)
        raise


def remove(path: Path, remedy: str) -> None:
    """Raises OutputError."""
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror}); {remedy}") from None


def zipped(files: dict[str, bytes], executable: Collection[str] = ()) -> bytes:
    """A zip of these, by name; equal files give equal bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, content)
    return data.getvalue()
