"""Which version of an assignment's graders it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from autograder.course import Assignment

# What an outcome depends on, beside the assignment's own files.
_MACHINERY = ("autograder/grading", "autograder/worker")
# Of these, what says where and when something is graded, and not what comes out.
_NO_PART = frozenset({"cache.py", "cluster.py", "executor.py", "fingerprint.py"})


def version(root: Path, assignment: Assignment) -> str:
    """One hash over all that decides what a submission earns."""
    whole = hashlib.sha256(msgspec.json.encode(assignment))
    folders = [root / "solutions" / assignment.id, root / "autograder" / "graders" / assignment.id]
    for folder in [*folders, *(root / name for name in _MACHINERY)]:
        for path in sorted(folder.rglob("*")):
            aside = folder.name == "grading" and path.name in _NO_PART
            if path.is_file() and "__pycache__" not in path.parts and not aside:
                name = path.relative_to(root).as_posix()
                whole.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
