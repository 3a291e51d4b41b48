"""Read a zip in memory, within bounds; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from autograder.base.errors import SubmissionError
from autograder.intake.opened import is_rubbish

MAX_FILES, MAX_BYTES = 200, 20 << 20
# Folders, caches and files that desktops add are entries too, and `zipfile` makes an object of each before we can
# count.
MAX_ENTRIES = 5000
MAX_NESTED = 3
_ENTRY = b"PK\x01\x02"
_DRIVE = re.compile(r"[A-Za-z]:")


class Broken(SubmissionError):
    """The archive is damaged: an accident, unlike one that exceeds a bound or leads out of itself."""


def read(name: str, data: bytes, broken: list[str] | None = None) -> dict[str, bytes]:
    """Return the files of an archive by their paths, including those of archives within it.

    If a list `broken` is given, a damaged archive within it stays a file, and the reason is added to the list.

    Raises:
        Broken: the archive is damaged.
        SubmissionError: it exceeds a bound, or leads out of itself.
    """
    return _read(name, data, MAX_NESTED, broken)


def _read(name: str, data: bytes, levels: int, broken: list[str] | None) -> dict[str, bytes]:
    # Each entry of the directory begins with these bytes; the number that the archive states may be false.
    if data.count(_ENTRY) > MAX_ENTRIES:
        raise _too_many(name)
    files: dict[str, bytes] = {}
    for path, content in _unpacked(name, data).items():
        for inside, part in _opened(name, path, content, levels, broken).items():
            files[free(files, inside)] = part
        if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
            raise _too_many(name)
    return files


def _opened(name: str, path: str, content: bytes, levels: int, broken: list[str] | None) -> dict[str, bytes]:
    """Return a file of an archive by its path, or the files in it if it is an archive itself."""
    if not path.lower().endswith(".zip"):
        return {path: content}
    if levels == 0:
        raise SubmissionError(f"{name}: holds zips in zips in zips; pack your own files only")
    try:
        inner = _read(path, content, levels - 1, broken)
    except Broken as error:
        if broken is None:
            raise
        broken.append(str(error))
        return {path: content}
    within = PurePosixPath(path).parent
    return {str(within / inside): data for inside, data in inner.items()}


def free(taken: dict[str, bytes], path: str) -> str:
    """Return this path, with `~` added while it is taken: an archive may hold a path twice."""
    while path in taken:
        path += "~"
    return path


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [item for item in archive.infolist() if not item.is_dir() and not _is_rubbish(item.filename)]
            _check(name, members)
            files: dict[str, bytes] = {}
            for member in members:
                with archive.open(member) as file:
                    content = file.read(member.file_size + 1)
                if len(content) > member.file_size:
                    raise Broken(f"{name}: {member.filename} is larger than it says; pack it again")
                files[free(files, str(path_in(member.filename)))] = content
            return files
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise Broken(f"{name}: is not a whole zip archive ({type(error).__name__}); pack it again") from None


def path_in(filename: str) -> PurePosixPath:
    """Return the path of an entry, with the separators of archives made on Windows replaced."""
    return PurePosixPath(filename.replace("\\", "/"))


def _is_rubbish(filename: str) -> bool:
    parts = tuple(part for part in path_in(filename).parts if part not in ("..", "/"))
    return not parts or is_rubbish(parts)


def _check(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES or sum(item.file_size for item in members) > MAX_BYTES:
        raise _too_many(name)
    for item in members:
        require_inside(name, item)


def require_inside(name: str, item: zipfile.ZipInfo) -> None:
    """Raise SubmissionError if an entry leads out of the archive. A colon alone is harmless: `notes 12:30.txt`."""
    path = path_in(item.filename)
    # Windows also reads C:name as a path on a drive.
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(str(path)):
        raise SubmissionError(f"{name}: {item.filename!r} leads out of the archive; pack it again from its own folder")
    if stat.S_ISLNK(item.external_attr >> 16):
        raise SubmissionError(f"{name}: {item.filename!r} is a symbolic link; pack the file itself")


def _too_many(name: str) -> SubmissionError:
    return SubmissionError(
        f"{name}: has more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB; pack your own files only"
    )
