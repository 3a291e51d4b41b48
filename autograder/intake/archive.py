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
# Folders, caches and what desktops add are entries too. `zipfile` makes an object of each before anyone can count.
MAX_ENTRIES = 5000
MAX_NESTED = 3
_ENTRY = b"PK\x01\x02"
_DRIVE = re.compile(r"[A-Za-z]:")


class Broken(SubmissionError):
    """It is not a whole archive: an accident, where what exceeds a bound or leads elsewhere is none."""


def read(name: str, data: bytes, broken: list[str] | None = None) -> dict[str, bytes]:
    """Files of the archive by their path in it, those of archives within it included.

    With a list `broken`, an archive within it that is not whole stays a file, and the list gets the reason.

    Raises:
        Broken: it is not a whole archive.
        SubmissionError: it exceeds a bound, or leads out of itself.
    """
    return _read(name, data, MAX_NESTED, broken)


def _read(name: str, data: bytes, levels: int, broken: list[str] | None) -> dict[str, bytes]:
    # Each entry of the directory begins with these bytes, whatever number of them the archive's end tells.
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
    """A file of an archive, or what is in it where it is one itself."""
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
    """This path, or the like of it where an archive holds it twice."""
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
    """Archives that Windows made may have its separator."""
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
    """Raises SubmissionError where an entry of an archive leads out of it. A colon alone does not: `notes 12:30.txt`."""
    path = path_in(item.filename)
    # Windows takes C:name for a place on a drive, too.
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(str(path)):
        raise SubmissionError(f"{name}: {item.filename!r} leads out of the archive; pack it again from its own folder")
    if stat.S_ISLNK(item.external_attr >> 16):
        raise SubmissionError(f"{name}: {item.filename!r} is a symbolic link; pack the file itself")


def _too_many(name: str) -> SubmissionError:
    return SubmissionError(
        f"{name}: has more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB; pack your own files only"
    )
