"""Pack a submission: what is in it is said, the bytes depend on the files alone, and what was written is read back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ..course import Assignment
from ..errors import OutputError, SubmissionError
from ..files import write, zipped
from ..intake import archive, source

MANIFEST = "manifest.json"
MAX_BYTES = 1 << 20
_BESIDE = (".py",)


@dataclass(frozen=True)
class Packed:
    """A zip on the disk: what is in it, and what of the folder is not."""

    path: Path
    names: list[str]
    left_out: list[str]
    sha256: str


def choose(assignment: Assignment, folder: Path) -> Path:
    """The file that would be handed in: script or notebook, whichever was saved last.

    Raises:
        SubmissionError: there is none, it is empty, or an editor holds changes that are not saved.
    """
    names = [f"{assignment.module}{suffix}" for suffix in (".py", ".ipynb")]
    found = [folder / name for name in names if (folder / name).is_file()]
    if not found:
        raise SubmissionError(f"{folder / names[0]}: is missing; work in {' or '.join(names)} and keep that name")
    chosen = max(found, key=lambda path: path.stat().st_mtime_ns)
    if not _content(chosen).strip():
        raise SubmissionError(f"{chosen}: is empty; save your work into it, then submit again")
    for trace in (folder / f".#{chosen.name}", folder / f".{chosen.name}.swp"):  # Emacs' lock, Vim's swap file
        if trace.is_symlink() or trace.exists():
            raise SubmissionError(
                f"{chosen}: is open in an editor ({trace.name}); save and close it, then submit again"
            )
    return chosen


def pack(assignment: Assignment, folder: Path, path: Path) -> Packed:
    """Write the submission of this folder to `path`.

    Raises:
        SubmissionError: the file is missing, empty, unsaved, or cannot be read as Python.
        OutputError: the zip cannot be written, or is not what was written.
    """
    chosen = choose(assignment, folder)
    convert = source.from_notebook if chosen.suffix == ".ipynb" else source.from_script
    convert(chosen.name, _content(chosen))
    ours = {f"test_{assignment.module}.py", f"{assignment.module}.py", *assignment.data}
    files, left_out = {chosen.name: _content(chosen)}, []
    for other in sorted(folder.iterdir()):
        if other.name.startswith((".", "__")) or other == chosen or not other.is_file():
            continue
        if other.suffix in _BESIDE and other.name not in ours and other.stat().st_size < MAX_BYTES:
            files[other.name] = _content(other)
        else:
            left_out.append(other.name)
    listed = {name: {"bytes": len(data), "sha256": _hash(data)} for name, data in sorted(files.items())}
    manifest = {"format": 1, "assignment": assignment.id, "files": listed}
    data = zipped({MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode(), **files})
    write(path, data, "choose another place with --out")
    back = archive.read(path.name, _content(path))
    if {name: back.get(name) for name in files} != files:
        raise OutputError(f"{path}: is not what was written to it; look at the disk, then submit again")
    return Packed(path, sorted(files), left_out, _hash(data))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read ({error.strerror}); close other programs that use it") from None


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
