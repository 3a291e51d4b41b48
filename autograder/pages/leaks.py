"""What students must not read, and the check that none of it is written for them.

Hidden material is known by three signs: the course's secret, tokens such as `losslab-canary-0f3a9c21` that teachers may put
into hidden files, and long lines of hidden code and data that are in no released file. The search compares
only letters and digits, because pages, terminals and readers may drop everything else. This is the last safety net,
not the wall: whoever holds a secret can spell it in ways that nobody foresees. What keeps it is that no worker gets it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder.base.spelling import encodings, letters, spellings
from autograder.base.text import plain
from autograder.course import Assignment, paths
from autograder.course.seed import secret
from autograder.results import CheckResult, PartResult, Result

WITHHELD = "This message is withheld: it would show hidden material. Please tell your teacher."
WITHHELD_PAGE = "This page is withheld: it would show hidden material. Please tell your teacher."
_TOKEN = re.compile(r"losslab-canary-[0-9a-f]{8,}")
_CODE_LINE, _DATA_LINE = 40, 20
# Shorter sequences of letters occur by chance.
_LEAST_OF_TOKEN, _LEAST_OF_LINE = 10, 20


class Canaries(NamedTuple):
    """`tokens` are searched in whole pages, `lines` in messages only; `spelled` are the letters of both."""

    tokens: tuple[str, ...]
    lines: tuple[str, ...]
    spelled: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def in_text(self, text: str) -> bool:
        """Say whether this text contains anything hidden."""
        tokens, lines = self.spelled
        return _any((*self.tokens, *self.lines), text) or any(_any((*tokens, *lines), way) for way in spellings(text))

    def in_page(self, text: str) -> bool:
        """Say whether this text contains the secret or a token."""
        return _any(self.tokens, text) or any(_any(self.spelled[0], way) for way in spellings(text))


def canaries(root: Path, assignment: Assignment) -> Canaries:
    """Collect the signs of this assignment's hidden material. Raises CourseError."""
    return _canaries(root, assignment.id, secret(root))


def cleaned(result: Result, signs: Canaries) -> Result:
    """Return the result without texts that would reveal hidden material; points stay the same."""
    text = _all(result)
    if not text or not signs.in_text(text):
        return result
    cleaned = _with_texts(result, lambda text: WITHHELD if signs.in_text(text) else text)
    # No text reveals it alone, but several do together.
    return cleaned if not signs.in_page(_all(cleaned)) else _with_texts(result, lambda text: WITHHELD if text else text)


def told(results: list[Result]) -> list[str]:
    """Tell the instructor whose messages are withheld, one line each."""
    found = []
    for result in results:
        count = sum(text == WITHHELD for text in _texts(result))
        if count:
            found.append(f"{name_of(result)}: {count} message{'s' * (count > 1)} withheld: hidden material would show")
    return found


def name_of(result: Result) -> str:
    """Name a submission on one line, whatever its student is called."""
    return " ".join(plain(f"{result.student}/{result.assignment}").split())


def _all(result: Result) -> str:
    return "\n".join(_texts(result))


def _texts(result: Result) -> Iterator[str]:
    """Yield every text of a result that a submission can influence, in reading order."""
    yield from (check.message for part in result.parts for check in part.checks if check.message)
    yield from result.notes
    if result.problem:
        yield result.problem


def _with_texts(result: Result, change: Callable[[str], str]) -> Result:
    def of_check(check: CheckResult) -> CheckResult:
        return msgspec.structs.replace(check, message=change(check.message))

    def of_part(part: PartResult) -> PartResult:
        return msgspec.structs.replace(part, checks=[of_check(check) for check in part.checks])

    problem = None if result.problem is None else change(result.problem)
    notes = [change(note) for note in result.notes]
    return msgspec.structs.replace(result, parts=[of_part(part) for part in result.parts], notes=notes, problem=problem)


def _any(signs: tuple[str, ...], text: str) -> bool:
    return any(sign in text for sign in signs)


@functools.cache
def _canaries(root: Path, assignment_id: str, key: bytes) -> Canaries:
    hidden = [path for path in _files(paths.graders(root, assignment_id))]
    released = "\n".join(_text(path) for path in _files(paths.released(root, assignment_id)))
    tokens = {key.decode(errors="replace")}
    lines: set[str] = set()
    said: list[str] = []
    for path in [*hidden, *_files(paths.solution(root, assignment_id))]:
        text = _text(path)
        tokens |= set(_TOKEN.findall(text))
        lines |= set(_lines(path, text))
        said += _said(text) if path.suffix == ".py" else []
    tokens = {token for token in tokens if len(token) >= 12}
    lines = {line for line in lines if line not in released}
    known = letters("\n".join([released, *said]))
    spelled = {letters(line) for line in lines}
    return Canaries(
        tuple(sorted(tokens)),
        tuple(sorted(lines)),
        (
            tuple(sorted(way for way in {*encodings(key), *map(letters, tokens)} if len(way) >= _LEAST_OF_TOKEN)),
            tuple(sorted(way for way in spelled if len(way) >= _LEAST_OF_LINE and way not in known)),
        ),
    )


def _lines(path: Path, text: str) -> Iterator[str]:
    """Yield lines that nobody writes by chance. Strings are left out: they hold what a grader tells students."""
    if path.suffix == ".csv":
        yield from (line.strip() for line in text.splitlines()[1:] if len(line.strip()) >= _DATA_LINE)
        return
    if path.suffix != ".py":
        return
    strings = _strings(text)
    said, quoted = "\n".join(strings.said), "\n".join(strings.code)
    lines = [line for number, line in enumerate(text.splitlines(), 1) if number not in strings.lines]
    for line in [*lines, *quoted.splitlines()]:
        stripped = line.strip()
        imports = stripped.startswith(("import ", "from "))  # imports show how graders are written, not the answer
        if len(stripped) >= _CODE_LINE and stripped not in said and not imports:
            yield stripped


def _said(text: str) -> list[str]:
    """Return the strings of a Python file that people may read."""
    return _strings(text).said


class _Strings(NamedTuple):
    """The strings of a Python file: words; the code that a catalogue's `change=(old, new)` quotes, and on which lines."""

    said: list[str]
    code: list[str]
    lines: frozenset[int]


@functools.lru_cache(maxsize=8)
def _strings(text: str) -> _Strings:
    nodes = list(ast.walk(ast.parse(text)))
    changes = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "change"]
    code = [node for change in changes for node in ast.walk(change)]
    quoted = {id(node) for node in code}
    lines = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in changes]
    return _Strings(
        _texts_of([node for node in nodes if id(node) not in quoted]), _texts_of(code), frozenset().union(*lines)
    )


def _texts_of(nodes: list[ast.AST]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is str]


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".csv", ".ipynb", ".md", ".yml"))
    return [path for path in found if "__pycache__" not in path.parts]


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    return text if path.suffix != ".ipynb" else ""  # a notebook repeats the script's lines in quotes
