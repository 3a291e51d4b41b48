"""Unpack what lies in `downloaded/<assignment>/archive/` for `nbgrader zip_collect`, in place of nbgrader's own extractor.

nbgrader's unpacks nested archives to any depth and size, follows links, and stops at the first broken archive: one
student's file would end the collection for all. Here a zip at the top is unpacked once, within limits. A zip that a student
handed in stays a file; intake reads it in memory, and says to the student what is wrong with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nbgrader.plugins import ExtractorPlugin

from autograder.base.errors import SubmissionError
from autograder.intake import archive, opened
from autograder.nbgrader_plugins.collect import loose, shown, some

MAX_ENTRIES, MAX_BYTES = 50_000, 16 << 30
# nbgrader walks the folders by recursion.
MAX_DEPTH = 40
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)
_NAMESAKES = opened.MAX_FILES


class Extractor(ExtractorPlugin):
    """Copies the files of a download as they are; those of a zip go to a folder with its name."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Fill the folder `extracted_path`; log a line for each place with files left out."""
        for note in unpacked(Path(archive_path), Path(extracted_path)):
            self.log.warning(note)


def unpacked(source: Path, target: Path) -> Iterator[str]:
    """Copy or unpack `source` into `target`; yield a line for each file left out."""
    left = []
    for folder, folders, names in os.walk(source):
        here = Path(folder)
        deep = len(here.relative_to(source).parts) >= MAX_DEPTH
        left += [str((here / name).relative_to(source)) for name in folders if deep or (here / name).is_symlink()]
        folders[:] = [] if deep else sorted(folders)
        for name in sorted(names):
            path = here / name
            within = path.relative_to(source)
            try:
                if here == source and _is_download(name):
                    yield from _unzip(path, target)
                else:
                    _copy(path, target, within)
            except (OSError, SubmissionError):
                left.append(str(within))
    (only, *others) = sorted(os.listdir(source)) or [""]
    if not others and only.lower().endswith(".zip") and not _is_download(only):
        yield f"{shown(only)}: counts as one student's; if it is a whole download, name it submissions.zip, or unpack it yourself"
    if left:
        yield f"{some(left)}: left out, because it is a link, too deep or unreadable; put the file itself there"


def _is_download(name: str) -> bool:
    """Say whether teachers put this zip here: it has no submission's name of Canvas or Moodle, and is not `...zip`."""
    return name.lower().endswith(".zip") and not name.startswith(".") and not loose(name)


def _copy(path: Path, target: Path, within: Path) -> None:
    """Copy a plain file. Raises OSError."""
    with _plain(path) as file:
        _lay_down(target, within, file)


@contextlib.contextmanager
def _plain(path: Path) -> Iterator[IO[bytes]]:
    """Open a plain file. Raises OSError for a link or a pipe: a link in an unpacked download could lead anywhere."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name}: is not a plain file")
        yield file


def _unzip(path: Path, target: Path) -> Iterator[str]:
    """Unpack one zip; yield what is left out. A broken one is copied as it is, for intake to reject."""
    own = Path(path.stem)
    left: list[str] = []
    try:
        with _plain(path) as file, zipfile.ZipFile(file) as packed:
            _require_room(packed, target)
            for item in packed.infolist():
                if item.is_dir():
                    continue
                try:
                    archive.require_inside(path.name, item)
                    with packed.open(item) as content:
                        _lay_down(target, own / archive.path_in(item.filename), content)
                except (OSError, SubmissionError, *_BROKEN):
                    left.append(item.filename)
    except (SubmissionError, *_BROKEN) as error:
        left.clear()
        _copy(path, target, own / path.name)
        reason = str(error) if isinstance(error, SubmissionError) else "is not a whole zip"
        yield f"{shown(path.name)}: {shown(reason)}, so it is not unpacked; download it again, or unpack it yourself"
    if left:
        yield f"{shown(path.name)}: left out, because they are broken, links or lead elsewhere: {some(left)}"


def _require_room(packed: zipfile.ZipFile, target: Path) -> None:
    sizes = [min(item.file_size, opened.MAX_FILE_BYTES + 1) for item in packed.infolist()]
    if len(sizes) > MAX_ENTRIES or sum(sizes) > min(MAX_BYTES, shutil.disk_usage(target).free // 2):
        raise SubmissionError(f"holds more than {MAX_ENTRIES} files, or more than half of the free disk takes")


def _lay_down(target: Path, within: Path, content: IO[bytes]) -> None:
    """Write a file under a free name, at most one byte over intake's limit, which is enough to be rejected."""
    if len(within.parts) > MAX_DEPTH:
        raise OSError(f"{within}: lies too deep")
    data = content.read(opened.MAX_FILE_BYTES + 1)
    place = target / within
    place.parent.mkdir(parents=True, exist_ok=True)
    for number in range(2, _NAMESAKES):
        try:
            with place.open("xb") as file:
                file.write(data)
            return
        except FileExistsError:
            # In the same folder, and with the same beginning: these two say whose it is.
            place = (target / within).with_name(f"{within.stem} ({number}){within.suffix}")
    raise OSError(f"{within}: there are too many of this name")
