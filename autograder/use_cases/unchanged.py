"""Whether anything has changed since `losslab grade` last wrote; if not, there is nothing to do.

Inputs and outputs are recognised by size, inode and times of each file, as in make and git. The time of change (ctime),
which nobody can set back, is one of them. If anything differs, is missing or cannot be read, everything is done again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import msgspec

from autograder.base import files
from autograder.course import Course, paths
from autograder.grading.dispatch.fingerprint import Fingerprint
from autograder.results import Results

STAMP = "stamp"
_PACKAGE = Path(__file__).parents[1]
_MOST_BEHIND_LINKS = 2000


class Inputs(msgspec.Struct, frozen=True):
    """Hashes of all that results depend on, and of all that was written from it."""

    before: str
    after: str


def inputs(root: Path, course: Course, submitted: Path, fingerprints: Iterable[Fingerprint], *more: object) -> str:
    """Hash submissions, all that outcomes depend on, and all else that is written, as it is now.

    Pages, tables and gradebook say more than outcomes: titles and dates of the course, hidden material that no page may
    show, the libraries that draw and write. When only these change, everything is written again, and nothing graded.
    """
    told = [course, list(fingerprints), str(root.resolve()), str(submitted.resolve()), *map(str, more)]
    whole = hashlib.sha256(msgspec.json.encode(told))
    installed = sorted((item.name, item.version) for item in metadata.distributions())
    whole.update(repr((sys.version, installed)).encode())
    for folder in (submitted, root / paths.RELEASED, root / paths.SOLUTIONS, root / paths.GRADERS, _PACKAGE):
        whole.update(_hash(_below(folder)))
    return whole.hexdigest()


def outputs(out: Path, book: str) -> str | None:
    """Hash what `grade` writes; None if the gradebook is not a file, because then nobody can tell whether it changed."""
    if not book.startswith("sqlite:///"):
        return None
    database = Path(book.removeprefix("sqlite:///"))
    files = [out / name for name in ("results.json", "grades.csv", "report.html")]
    files += sorted(database.parent.glob(f"{database.name}*"))
    listed = [*((str(path), path) for path in files), *_below(out / paths.RESULTS), *_below(out / paths.FEEDBACK)]
    return hashlib.sha256(_hash(listed)).hexdigest() if database.is_file() else None


def known(cache: Path, out: Path, book: str, before: str) -> Results | None:
    """Return the results in `out`, if they came from these inputs and nothing has been touched since."""
    try:
        stamp = msgspec.json.decode((cache / STAMP).read_bytes(), type=Inputs)
        if stamp != Inputs(before, outputs(out, book) or ""):
            return None
        return msgspec.json.decode((out / "results.json").read_bytes(), type=Results)
    except (OSError, msgspec.DecodeError):
        return None


def remember(cache: Path, out: Path, book: str, before: str) -> None:
    """Note that `out` holds the results of these inputs. If the note cannot be written, nothing is lost."""
    after = outputs(out, book)
    with contextlib.suppress(OSError):
        if after is None:
            (cache / STAMP).unlink(missing_ok=True)
            return
        cache.mkdir(parents=True, exist_ok=True)
        files.replace(cache / STAMP, [msgspec.json.encode(Inputs(before, after))])


def _below(folder: Path) -> Iterator[tuple[str, Path | os.DirEntry[str]]]:
    """Yield all files and folders below this one, in order, with relative names; also those that links lead to."""
    seen: set[tuple[int, int]] = set()
    waiting = [("", os.fspath(folder), False)]
    behind_links = 0
    while waiting:
        prefix, path, linked = waiting.pop()
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield f"{prefix} cannot be listed", Path(path)
            continue
        behind_links += len(found) if linked else 0
        if behind_links > _MOST_BEHIND_LINKS:  # a link to the whole disk: a random name counts as a change
            yield os.urandom(8).hex(), Path(path)
            return
        for entry in found:
            if entry.name == "__pycache__":
                continue
            yield prefix + entry.name, entry
            if entry.is_symlink():
                yield f"{prefix}{entry.name} leads to", Path(os.path.realpath(entry.path))
            if _is_new_folder(entry, seen):
                waiting.append((f"{prefix}{entry.name}/", entry.path, linked or entry.is_symlink()))


def _is_new_folder(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> bool:
    """Say whether this is a folder not seen yet; links may lead in circles."""
    try:
        if not entry.is_dir():
            return False
        at = entry.stat()
    except OSError:
        return False
    known = (at.st_dev, at.st_ino) in seen
    seen.add((at.st_dev, at.st_ino))
    return not known


def _hash(files: Iterable[tuple[str, Path | os.DirEntry[str]]]) -> bytes:
    whole = hashlib.sha256()
    for name, path in files:
        try:
            seen = path.stat(follow_symlinks=False)
            # A folder's own times change with files that come and go, __pycache__ for one; its files are listed anyway.
            is_folder = (seen.st_mode & 0o170000) == 0o040000
            known: tuple[int, ...] = (
                () if is_folder else (seen.st_mode, seen.st_size, seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns)
            )
        except OSError as error:
            known = (error.errno or 0,)
        whole.update(repr((name, known)).encode(errors="surrogateescape"))
    return whole.digest()
