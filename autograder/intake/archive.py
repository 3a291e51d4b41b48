"""Read a zip in memory, within bounds; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from ..errors import SubmissionError

MAX_FILES, MAX_BYTES = 200, 20 << 20


def read(name: str, data: bytes) -> dict[str, bytes]:
    """Files of the archive by their last name. Raises SubmissionError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [item for item in archive.infolist() if not item.is_dir() and not _is_rubbish(item.filename)]
            _check(name, members)
            files = {}
            for member in members:
                with archive.open(member) as file:
                    content = file.read(member.file_size + 1)
                if len(content) > member.file_size:
                    raise SubmissionError(f"{name}: {member.filename} is larger than it says; pack it again")
                files[PurePosixPath(member.filename).name] = content
            return files
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise SubmissionError(f"{name}: is not a whole zip archive ({type(error).__name__}); pack it again") from None


def _is_rubbish(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not parts or parts[0] == "__MACOSX" or parts[-1] in (".DS_Store", "Thumbs.db")


def _check(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES or sum(item.file_size for item in members) > MAX_BYTES:
        raise SubmissionError(
            f"{name}: has more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB; pack your own files only"
        )
    for item in members:
        path = PurePosixPath(item.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in item.filename:
            raise SubmissionError(
                f"{name}: {item.filename!r} leads out of the archive; pack it again from its own folder"
            )
        if stat.S_ISLNK(item.external_attr >> 16):
            raise SubmissionError(f"{name}: {item.filename!r} is a symbolic link; pack the file itself")
