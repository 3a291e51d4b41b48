"""What was handed in on Gradescope, copied for intake: plain files only, each looked at once, up to intake's limits."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import SubmissionError
from ..intake import folder

_CHUNK = 1 << 20
_TIMESTAMP = "timestamp.txt"


def copy(source: Path, target: Path) -> None:
    """Copy the files below `source`. Whatever is not one is refused without being opened to the end: a pipe would never end.

    Raises:
        SubmissionError: the one line for the student.
    """
    target.mkdir(parents=True)
    waiting, seen, left = [(source, target)], 0, folder.MAX_TOTAL_BYTES
    while waiting:
        here, there = waiting.pop()
        for entry in _entries(here):
            seen += 1
            if seen > folder.MAX_FILES + folder.MAX_FOLDERS:
                raise SubmissionError("there are too many files or folders; hand in your own files only")
            if entry.is_dir(follow_symlinks=False):
                (there / entry.name).mkdir()
                waiting.append((Path(entry.path), there / entry.name))
            elif here != source or entry.name != _TIMESTAMP:  # Gradescope knows when it was handed in
                left -= _copy_file(Path(entry.path), there / entry.name)
            if left < 0:
                raise SubmissionError(
                    f"there are more than {folder.MAX_TOTAL_BYTES >> 20} MiB; hand in your own files only"
                )


def _entries(here: Path) -> list[os.DirEntry[str]]:
    """What intake would look at. A folder `timestamp.txt` is one like any other, but none for the time."""
    try:
        with os.scandir(here) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise SubmissionError(f"{folder.printable(here.name)}: cannot be read ({error.strerror})") from None
    hidden = [entry for entry in entries if entry.name.startswith(".") or entry.name == "__pycache__"]
    return [entry for entry in entries if entry not in hidden]


def _copy_file(path: Path, target: Path) -> int:
    """Bytes of the copy: one more than intake takes, if the file is larger."""
    name = folder.printable(path.name)
    try:
        # Neither a link that changes its target nor a pipe without a writer keeps this from coming back.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SubmissionError(f"{name}: is not a plain file ({error.strerror}); hand in the file itself") from None
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise SubmissionError(f"{name}: is not a plain file; hand in the file itself")
        size = 0
        with target.open("wb") as written:
            while size <= folder.MAX_FILE_BYTES and (data := file.read(_CHUNK)):
                size += written.write(data)
    return size
