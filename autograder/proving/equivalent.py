"""`equivalent.yml`: mutants of a reference that are right, too, each with the reason why."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from autograder.base import files
from autograder.base.errors import CourseError

_HEAD = "# Mutants that no check can catch, because they are right too.\n"


@dataclass(frozen=True)
class Equivalent:
    """Mutants that are not mistakes: an id, in which `*` stands for anything, and why they are right, too."""

    pattern: str
    reason: str

    def matches(self, mutant: str) -> bool:
        return _expression(self.pattern).fullmatch(mutant) is not None


def load(path: Path) -> tuple[Equivalent, ...]:
    """Read the mutants listed in a file; none if there is no file.

    Raises:
        CourseError: the file is not a mapping of mutants to reasons, or a reason is missing.
    """
    found = _read(path)
    for item in found:
        if not item.reason.strip():
            raise CourseError(
                f"{path}: `{item.pattern}` has no reason; write why it is right, too, or catch it with a check"
            )
    return found


def draft(path: Path, mutants: Sequence[str]) -> None:
    """Add lines for these mutants, with empty reasons for somebody to write. Raises CourseError, OutputError."""
    listed = _read(path)
    new = [name for name in mutants if not any(item.matches(name) for item in listed)]
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    if new:
        lines = "".join(f'{json.dumps(name, ensure_ascii=False)}: ""\n' for name in new)
        files.write_file(path, text.rstrip("\n") + "\n" + lines, "fix its permissions")


def _read(path: Path) -> tuple[Equivalent, ...]:
    if not path.is_file():
        return ()
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        reasons = msgspec.convert({} if raw is None else raw, dict[str, str | None])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        why = " ".join(str(error).split())
        remedy = 'write lines of "mutant": the reason why it is right, too'
        raise CourseError(f"{path}: is not a mapping of mutants to reasons ({why}); {remedy}") from None
    return tuple(Equivalent(pattern, reason or "") for pattern, reason in reasons.items())


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))
