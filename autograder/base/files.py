"""Files that are whole or not there, and zips whose bytes depend on what is in them alone."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.base.errors import OutputError

_TIME = (2026, 1, 1, 0, 0, 0)


def write(
    path: Path, content: str | bytes | Iterable[bytes], remedy: str = "free space or choose another --out"
) -> None:
    """Write beside, then rename: a reader never meets half a file. Raises OutputError."""
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    pieces = [data] if isinstance(data, bytes) else data
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.writelines(pieces)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror}); {remedy}") from None


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
