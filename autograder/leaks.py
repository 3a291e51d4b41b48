"""What students must not read, and the check that nothing of it is written for them.

Hidden material is known by three signs: the course's secret, tokens such as `losslab-canary-0f3a9c21` that teachers may put
into hidden files, and long lines of hidden code and hidden data that are in no released file.
"""

from __future__ import annotations

import ast
import functools
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from .course import Assignment
from .errors import OutputError
from .results import CheckResult, Result
from .secret import secret

WITHHELD = "This message is withheld: it would show hidden material. Please tell your teacher."
_TOKEN = re.compile(r"losslab-canary-[0-9a-f]{8,}")
_CODE_LINE, _DATA_LINE = 40, 20


class Canaries(NamedTuple):
    """`tokens` are looked for in whole pages, `lines` in what checks and intake say."""

    tokens: tuple[str, ...]
    lines: tuple[str, ...]

    def in_text(self, text: str) -> bool:
        """Whether something hidden stands in this text."""
        return any(item in text for item in self.tokens) or any(line in text for line in self.lines)


def canaries(root: Path, assignment: Assignment) -> Canaries:
    """The signs of this assignment's hidden material. Raises CourseError."""
    return _canaries(root, assignment.id)


def cleaned(result: Result, signs: Canaries) -> Result:
    """The result without a text that would give something hidden away; points are what they were."""
    texts = [check.message for part in result.parts for check in part.checks]
    if not signs.in_text("\n".join([*texts, *result.notes, result.problem or ""])):
        return result
    clean: Callable[[str], str] = lambda text: WITHHELD if signs.in_text(text) else text  # noqa: E731
    parts = [
        msgspec.structs.replace(part, checks=[_clean(check, clean) for check in part.checks]) for part in result.parts
    ]
    problem = None if result.problem is None else clean(result.problem)
    notes = [clean(note) for note in result.notes]
    return msgspec.structs.replace(result, parts=parts, notes=notes, problem=problem)


def refuse(name: Path, page: str, signs: Canaries) -> None:
    """The last look before a page is written. Raises OutputError."""
    text = html.unescape(page)
    if any(token in text for token in signs.tokens):
        raise OutputError(
            f"{name}: would show the secret or a canary of hidden files, so it is not written; report this"
        )


def _clean(check: CheckResult, clean: Callable[[str], str]) -> CheckResult:
    return msgspec.structs.replace(check, message=clean(check.message))


@functools.cache
def _canaries(root: Path, assignment_id: str) -> Canaries:
    hidden = [path for path in _files(root / "autograder" / "graders" / assignment_id)]
    released = "\n".join(_text(path) for path in _files(root / "assignments" / assignment_id))
    tokens = {secret(root).decode(errors="replace")}
    lines: set[str] = set()
    for path in [*hidden, *_files(root / "solutions" / assignment_id)]:
        text = _text(path)
        tokens |= set(_TOKEN.findall(text))
        lines |= set(_lines(path, text))
    return Canaries(
        tuple(sorted(token for token in tokens if len(token) >= 12)),
        tuple(sorted(line for line in lines if line not in released)),
    )


def _lines(path: Path, text: str) -> Iterator[str]:
    """Lines that nobody writes by chance. What a grader says to students stands in strings, and is none of them."""
    if path.suffix == ".csv":
        yield from (line.strip() for line in text.splitlines()[1:] if len(line.strip()) >= _DATA_LINE)
        return
    if path.suffix != ".py":
        return
    said = "\n".join(
        node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and type(node.value) is str
    )
    for line in text.splitlines():
        stripped = line.strip()
        imports = stripped.startswith(("import ", "from "))  # how graders are written, and no answer
        if len(stripped) >= _CODE_LINE and stripped not in said and not imports:
            yield stripped


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".csv", ".ipynb", ".md", ".yml"))
    return [path for path in found if "__pycache__" not in path.parts]


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if path.suffix != ".ipynb" else ""  # its lines are the script's, quoted
