"""Write files that are either whole or absent, and zips whose bytes depend only on their contents."""

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


def write_file(
    path: Path, content: str | bytes | Iterable[bytes], remedy: str = "free space or choose another --out"
) -> None:
    """Write a whole file as `replace` does, and create the folders above it. Raises OutputError, with the remedy."""
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, [data] if isinstance(data, bytes) else data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); {remedy}") from None


def replace(path: Path, pieces: Iterable[bytes], private: bool = False) -> None:
    """Write a temporary file next to this one, then rename it, so that a reader never sees half a file.

    With `private`, nobody else can ever read the file, and its bytes are on the disk before it gets its name.

    Raises:
        OSError: it cannot be written; the old file, if any, is unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o600 if private else 0o666), "wb") as file:
            file.writelines(pieces)
            if private:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def remove(path: Path, remedy: str) -> None:
    """Remove a file. Raises OutputError, with the remedy."""
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror}); {remedy}") from None


def zipped(files: dict[str, bytes], executable: Collection[str] = ()) -> bytes:
    """Return a zip of these files, sorted by name; equal files give equal bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, content)
    return data.getvalue()
