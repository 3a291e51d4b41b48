"""The questions of `losslab predict`, from solutions/predictions.yml to a sealed sheet next to the exercise."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import yaml

from autograder.base.errors import ReleaseError
from autograder.course import Assignment, paths
from autograder.student.seal import Sheet, seal
from autograder.student.terminal.predict import FILENAME

SOURCE = Path(paths.PREDICTIONS)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call, in names of the exercise's file, and what it returns; `ask` puts it in other words."""

    call: str
    answer: float | str
    why: str
    ask: str = ""


def read(root: Path) -> dict[str, list[Question]]:
    """Read questions by assignment; none if there is no file. Raises ReleaseError."""
    path = root / SOURCE
    if not path.is_file():
        return {}
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return msgspec.convert(raw or {}, dict[str, list[Question]])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        reason = " ".join(str(error).split())
        raise ReleaseError(f"{SOURCE}: {reason}; fix it as the comment at its top says") from None


def sheet(root: Path, assignment: Assignment) -> dict[str, bytes]:
    """Make the file with an assignment's sealed questions, if it has any; equal questions give equal bytes."""
    questions = read(root).get(assignment.id, [])
    sealed = []
    for item in questions:
        salt = hashlib.sha256(f"{assignment.id} {item.call}".encode()).hexdigest()[:16]
        try:
            sealed.append(seal(salt, item.ask or item.call, str(item.answer), item.why))
        except ValueError as error:
            raise ReleaseError(f"{SOURCE}: {item.call}: {error}; write three digits, .inf, .nan or its name") from None
    if not sealed:
        return {}
    return {FILENAME: msgspec.json.format(msgspec.json.encode(Sheet(1, sealed)), indent=1) + b"\n"}
