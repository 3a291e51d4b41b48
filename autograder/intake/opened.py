"""Read a submission's folder through descriptors: no name is looked up twice, and no link is followed.

If somebody swaps a file or folder while it is read, we read either the old or the new one, never something elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from autograder.base.errors import SubmissionError
from autograder.intake.names import printable

MAX_FILE_BYTES = 20 << 20
MAX_FILES, MAX_FOLDERS, MAX_TOTAL_BYTES = 200, 200, 40 << 20
TIMESTAMP = "timestamp.txt"
_IN_FOLDERS = "__pycache__", "__MACOSX"
# Windows lacks most of these flags; nobody grades there.
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FOLDER_ITSELF = _FOLDER | getattr(os, "O_NOFOLLOW", 0)


class NoFolder(SubmissionError):
    """What should be a folder is not one, or does not exist."""


class Found(msgspec.Struct, frozen=True):
    """A file, by its path below the submission's folder."""

    path: str
    data: bytes


def is_rubbish(parts: tuple[str, ...]) -> bool:
    """Return whether a path belongs to a cache, checkpoints or version control, or was left by a desktop."""
    return any(part.startswith(".") or part in _IN_FOLDERS for part in parts) or parts[-1:] == ("Thumbs.db",)


def files(folder: Path) -> list[Found]:
    """Read the plain files of the folder and its subfolders, sorted by path. Raises SubmissionError."""
    with opened(folder) as here:
        taken = _Taken(folder.name)
        taken.below(here, PurePosixPath())
    return sorted(taken.found, key=lambda item: item.path)


def timestamp(folder: Path) -> bytes | None:
    """Read the beginning of the folder's timestamp.txt; None if there is none. Raises SubmissionError."""
    with opened(folder) as here:
        try:
            return _content(here, TIMESTAMP, TIMESTAMP, 100)
        except FileNotFoundError:
            return None


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Open `folder` as a descriptor, after checking that neither it nor the student's folder above is a link.

    Raises:
        NoFolder: one of them is a link, or cannot be opened.
    """
    folder = folder.absolute()
    with contextlib.ExitStack() as stack:
        here: int | None = None
        for name in (str(folder.parent.parent), folder.parent.name, folder.name):
            if not name:  # the folder lies near the root
                continue
            here = _opened(name, here)
            stack.callback(os.close, here)
        assert here is not None
        yield here


def _opened(name: str, above: int | None) -> int:
    try:
        return os.open(name, _FOLDER if above is None else _FOLDER_ITSELF, dir_fd=above)
    except OSError as error:
        shown = printable(Path(name).name)
        kind = _kind(name, above)
        if stat.S_ISLNK(kind):
            raise NoFolder(f"{shown}: is a symbolic link; hand in the files themselves") from None
        if kind and not stat.S_ISDIR(kind):
            raise NoFolder(f"{shown}: is not a folder; put the files into a folder of that name") from None
        raise NoFolder(f"{shown}: cannot be read ({error.strerror})") from None


def _kind(name: str, above: int | None) -> int:
    try:
        return os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
    except OSError:
        return 0


class _Taken:
    """The files read so far, within the bounds of a submission."""

    def __init__(self, name: str) -> None:
        self.found: list[Found] = []
        self._name = printable(name)
        self._files = self._folders = self._bytes = 0

    def below(self, here: int, path: PurePosixPath) -> None:
        """Read all files of an open folder, whose path within the submission is `path`."""
        for entry in self._listed(here):
            inside = path / printable(entry.name)
            if entry.is_dir(follow_symlinks=False):
                folder = _opened(entry.name, here)
                try:
                    self.below(folder, inside)
                finally:
                    os.close(folder)
            else:
                self._take(here, entry.name, str(inside))

    def _listed(self, here: int) -> list[os.DirEntry[str]]:
        listed = []
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if is_rubbish((entry.name,)) or entry.name == TIMESTAMP:
                        continue
                    listed.append(entry)
                    if entry.is_dir(follow_symlinks=False):
                        self._folders += 1
                    else:
                        self._files += 1
                    if self._files > MAX_FILES or self._folders >= MAX_FOLDERS:
                        raise SubmissionError(
                            f"{self._name}: has more than {MAX_FILES} files or folders; hand in your own files only"
                        )
        except OSError as error:
            raise SubmissionError(f"{self._name}: cannot be read ({error.strerror})") from None
        return sorted(listed, key=lambda entry: entry.name)

    def _take(self, here: int, name: str, path: str) -> None:
        try:
            data = _content(here, name, path, MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            raise SubmissionError(f"{path}: is gone; somebody changes the files while they are read") from None
        if len(data) > MAX_FILE_BYTES:
            raise SubmissionError(f"{path}: is larger than {MAX_FILE_BYTES >> 20} MiB; clear the notebook's outputs")
        self._bytes += len(data)
        if self._bytes > MAX_TOTAL_BYTES:
            raise SubmissionError(
                f"{self._name}: has more than {MAX_TOTAL_BYTES >> 20} MiB in all; hand in your own files only"
            )
        taken = {item.path for item in self.found}
        while path in taken:  # two names that are not UTF-8 may look the same as text
            path += "~"
        self.found.append(Found(path, data))


def _content(here: int, name: str, path: str, most: int) -> bytes:
    """Read at most `most` bytes of a plain file in an open folder.

    Raises:
        FileNotFoundError: the file does not exist.
        SubmissionError: it is not a plain file, or cannot be read.
    """
    refused = f"{path}: is a symbolic link or not a plain file; hand in the file itself"
    try:
        # Check before opening, because opening a device may have effects; and after, because the file may have been
        # swapped.
        if not stat.S_ISREG(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
            raise SubmissionError(refused)
        descriptor = os.open(name, _FILE, dir_fd=here)
        try:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode):
                raise SubmissionError(refused)
            return _bytes(descriptor, most)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read ({error.strerror})") from None


def _bytes(descriptor: int, most: int) -> bytes:
    data = bytearray()
    while len(data) < most:
        piece = os.read(descriptor, min(most - len(data), 1 << 20))
        if not piece:
            break
        data += piece
    return bytes(data)
