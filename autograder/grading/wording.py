"""Limit what students read of texts that their own code made: enough to fix an error, too little to carry data out.

Code that sees hidden inputs could spell them out in its messages, and next time answer them from a table. So only text
that existed before the code ran is shown in full: constants of the submission's source, and the words of Python's,
NumPy's and torch's messages (known_messages.txt). What fills their gaps (names, shapes, numbers) is counted per message
and per page, and cut with an ellipsis beyond a limit. A few bits can always leak, for example by the choice among
messages, but no table.
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterator
from pathlib import Path

# Limits on what fills gaps: characters per message and, over all different messages, per page; digits and names per
# message.
MESSAGE, PAGE, DIGITS, NAMES = 40, 240, 12, 6
# A check's own message contains a number of the submission, and how many of how many elements are wrong.
DIGITS_OF_CHECK = 16
LONGEST = 300
_CUT = "…"
_LEAST = 3  # letters that a known message must have at least
_CONSTANTS, _LONGEST_SOURCE = 2000, 1 << 18
# A syntax tree takes a thousand times the memory of its text, in the process that holds the answers. So in a file
# longer than any honest one we only look for strings, and parse those that are not too long one by one.
_LONGEST_PARSED, _LONGEST_STRING = 48 << 10, 4 * LONGEST
_GAP = re.compile(r"\{[^{}]*\}|%[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]")
_NUMBER, _WORD = r"\d+(?:x\d+)*(?:\.\d+)?(?:e[+-]?\d+)?", r"[^\W\d]\w*"
_TOKEN = re.compile(rf"{_NUMBER}|{_WORD}|\s+|.", re.DOTALL)
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
# Comments, strings, brackets, ends of lines. Each alternative matches complete or cut-off text and never backtracks:
# linear.
_LEXEME = re.compile(
    r"(?P<skip>\#[^\n]*|\\\n|[^\S\n]+)|(?P<end>\n)|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<string>(?<!\w)[rRuUbBfF]{0,2}(?:"
    r"'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)"
    r'|"{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3}|\Z)'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r'|"(?:[^"\\\n]|\\.)*+"?))'
    r"|(?P<word>\w+)|(?P<other>.)",
    re.DOTALL,
)
_MARKS = frozenset(" ()[]{},.:;'\"`-+*/=<>|?!")
Pieces = tuple[str, ...]


class Wording:
    """The texts of one submission, and how much of its page they have used. `ours` are the words of the caller."""

    def __init__(self, source: str, ours: frozenset[str] = frozenset()) -> None:
        self._source = source[:_LONGEST_SOURCE]
        self._ours = ours | _known_words()
        self._left = PAGE
        self._shown: dict[str, str] = {}

    def raised(self, text: str) -> str:
        """Return what is shown of an exception's message: one line."""
        line = text.strip().partition("\n")[0][: 2 * LONGEST]
        if line not in self._shown:
            pieces = max(self._fitting(line), key=_weight, default=("", ""))
            filled, left = self._filled(_gaps(pieces, line))
            self._left -= left
            self._shown[line] = "".join(_interleaved(pieces, filled))[:LONGEST]
        return self._shown[line]

    def noted(self, text: str) -> str:
        """Return what is shown of a text such as `NameError: name 'x' is not defined`."""
        kind, colon, said = text.partition(": ")
        return (
            self.raised(text)
            if not colon or not kind.isidentifier()
            else f"{self.name(kind, _CUT)}: {self.raised(said)}"
        )

    def renewed(self) -> Wording:
        """Return a Wording of the same submission whose page is still empty."""
        return Wording(self._source, self._ours)

    def name(self, name: str, other: str) -> str:
        """Return the name of a raised class if it was known before the code ran, else `other`."""
        return name if name in self._ours or name in self._words else other

    def told(self, text: str) -> str:
        """Return what is shown of a check's message: quotations of a submission are counted, and digits are limited."""
        digits = DIGITS_OF_CHECK
        made = []
        for token in _TOKEN.findall(_QUOTED.sub(lambda found: self._quoted(found[0]), text[: 2 * LONGEST])):
            if token[0].isdecimal():
                digits -= len(re.sub(r"\D", "", token))
                token = token if digits >= 0 else _CUT
            elif not token.isspace() and (token[0].isalpha() or token[0] == "_"):
                token = token if token in self._ours or token in self._words else _CUT
            elif not token.isascii() and token not in self._ours:
                token = _CUT
            made.append(token)
        return _without_repeats("".join(made))[:LONGEST]

    def _quoted(self, text: str) -> str:
        """Return a quotation of the submission, cut as needed; what is shown counts once on the page."""
        if text[1:-1] in self._ours:
            return text
        if text not in self._shown:
            self._shown[text] = f"{text[0]}{self.noted(text[1:-1])}{text[0]}"
        return self._shown[text]

    @property
    def _words(self) -> frozenset[str]:
        return _words_in(self._source)

    def _fitting(self, line: str) -> Iterator[Pieces]:
        for pieces in (*_known(), *_own_of(self._source)):
            if _weight(pieces) >= _LEAST and _fits(pieces, line):
                yield pieces

    def _filled(self, gaps: list[str]) -> tuple[list[str], int]:
        """Return what may be shown in the gaps, and how much of the page that uses."""
        budget = _Budget(min(MESSAGE, self._left), DIGITS, NAMES)
        filled = [
            _without_repeats("".join(map(functools.partial(self._token, budget), _TOKEN.findall(gap)))) for gap in gaps
        ]
        return filled, budget.spent

    def _token(self, budget: _Budget, token: str) -> str:
        if token[0].isdecimal():
            digits = re.sub(r"\D", "", token)
            return budget.take(token, digits=len(digits))
        if token[0].isalpha() or token[0] == "_":
            known = token in self._ours or token in self._words
            return budget.take(token, names=1) if known else _CUT
        if token.isspace():
            return budget.take(" ")
        return budget.take(token) if token in _MARKS else _CUT


class _Budget:
    """How much may still be filled into a message."""

    def __init__(self, letters: int, digits: int, names: int) -> None:
        self._left = {"letters": letters, "digits": digits, "names": names}
        self.spent = 0

    def take(self, token: str, digits: int = 0, names: int = 0) -> str:
        """Return the token if there is room for it; once there is none, return only ellipses."""
        left = self._left
        left["letters"] -= len(token)
        left["digits"] -= digits
        left["names"] -= names
        if min(left.values()) < 0:
            left["letters"] = -1
            return _CUT
        self.spent += len(token)
        return token


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, including names in code."""
    return frozenset(re.findall(_WORD, text))


@functools.cache
def _known_words() -> frozenset[str]:
    return words_of(_file() + "".join(_of_worker())) | frozenset(dir(builtins))


@functools.cache
def _known() -> list[Pieces]:
    listed = [_pieces(line) for line in _file().splitlines() if "{}" in line or " " in line]
    return [*listed, *dict.fromkeys(pieces for source in _of_worker() for pieces in _templates(source))]


@functools.cache
def _file() -> str:
    return (Path(__file__).parent / "known_messages.txt").read_text(encoding="utf-8")


@functools.cache
def _of_worker() -> list[str]:
    """Read the worker's sources, because its messages (such as a stand-in's refusal) are known as well."""
    return [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "worker").glob("*.py"))]


def _pieces(text: str) -> Pieces:
    return tuple(_GAP.split(text))


def _weight(pieces: Pieces) -> int:
    return sum(map(len, pieces))


# Submissions are graded one after the other, so only the last source is cached.
@functools.lru_cache(maxsize=1)
def _words_in(source: str) -> frozenset[str]:
    return words_of(source)


@functools.lru_cache(maxsize=1)
def _own_of(source: str) -> list[Pieces]:
    return list(dict.fromkeys(_templates(source)))[:_CONSTANTS]


def _templates(source: str) -> Iterator[Pieces]:
    """Yield the strings of a source: constants, with or without gaps to format, f-strings, and prefixes to add to."""
    for text in [source] if len(source) <= _LONGEST_PARSED else _strings(source):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield from _in_tree(tree)


def _in_tree(tree: ast.AST) -> Iterator[Pieces]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(_of_f_string(node))
            if len(text) <= _LONGEST_STRING:
                yield _pieces(text)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and 3 <= len(node.value) <= LONGEST:
            yield (node.value,)
            if _GAP.search(node.value):
                yield _pieces(node.value)
            yield (node.value, "")


def _strings(source: str) -> Iterator[str]:
    """Yield the different strings of a source as they are written, in brackets; adjacent strings are one."""
    seen: set[str] = set()
    for parts in _side_by_side(source):
        text = f"({' '.join(parts)})"
        if _LEAST < len(text) <= _LONGEST_STRING and text not in seen:
            seen.add(text)
            yield text
            if len(seen) == _CONSTANTS:
                return


def _side_by_side(source: str) -> Iterator[list[str]]:
    parts: list[str] = []
    depth = 0
    for found in _LEXEME.finditer(source):
        kind = found.lastgroup
        if kind == "string":
            parts.append(found[0])
        elif parts and kind != "skip" and not (kind == "end" and depth > 0):
            yield parts
            parts = []
        depth += (kind == "open") - (kind == "close")
    yield parts


def _of_f_string(node: ast.JoinedStr) -> Iterator[str]:
    for part in node.values:
        yield part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{}"


def _fits(pieces: Pieces, line: str) -> bool:
    """Return whether the line is these pieces in order, with gaps between them. Linear: each gap is the shortest."""
    if len(pieces) == 1:
        return line == pieces[0]
    if not (line.startswith(pieces[0]) and line.endswith(pieces[-1])):
        return False
    return len(line) >= len(pieces[0]) + len(pieces[-1]) and _gaps(pieces, line) != []


def _gaps(pieces: Pieces, line: str) -> list[str]:
    """Return the text between the pieces; [] if they do not fit."""
    if len(pieces) == 1:
        return []
    found, at, end = [], len(pieces[0]), len(line) - len(pieces[-1])
    for piece in pieces[1:-1]:
        next_at = line.find(piece, at, end)
        if next_at < 0:
            return []
        found.append(line[at:next_at])
        at = next_at + len(piece)
    return [*found, line[at:end]] if at <= end else []


def _interleaved(pieces: Pieces, filled: list[str]) -> Iterator[str]:
    yield pieces[0]
    for gap, piece in zip(filled, pieces[1:], strict=True):
        yield gap
        yield piece


def _without_repeats(text: str) -> str:
    return re.sub(rf"{_CUT}(?:\s*{_CUT})+", _CUT, text)
