"""Two known mistakes in one function: the changes that both make in the reference, made together."""

from __future__ import annotations

import difflib
import functools
import io
import itertools
import tokenize
from collections.abc import Iterator, Sequence

from autograder.grading.diagnosis.catalogue import Mistake

MOST = 60  # pairs to try for one function; each takes a module of its own, which is kept
_Change = tuple[int, int, tuple[str, ...]]  # tokens of the reference from, to, and what stands there instead


def pairs(right: str, mistakes: Sequence[Mistake]) -> Iterator[tuple[Mistake, Mistake, str]]:
    """Yield pairs of mistakes and the text that has both: two edits of the function `right` in different places."""
    for one, other in itertools.islice(itertools.combinations(mistakes, 2), MOST):
        text = merged(right, one.text, other.text) if one.function == other.function else None
        if text is not None:
            yield one, other, text


@functools.lru_cache(maxsize=1 << 12)
def merged(right: str, one: str, other: str) -> str | None:
    """Make the changes of both texts in `right`; None if they touch the same tokens or neighbours."""
    changes = sorted(_changes(right, one) + _changes(right, other))
    if any(before[1] >= after[0] for before, after in itertools.pairwise(changes)):
        return None
    pieces, done, tokens = [], 0, _tokens(right)
    for start, end, new in changes:
        pieces += [*tokens[done:start], *new]
        done = end
    text = "".join([*pieces, *tokens[done:]])
    try:
        compile(text, "", "exec")
    except (SyntaxError, ValueError):
        return None
    return text


@functools.lru_cache(maxsize=1 << 10)
def _changes(right: str, wrong: str) -> list[_Change]:
    before, after = _tokens(right), _tokens(wrong)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [
        (start, end, tuple(after[first:last]))
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]


@functools.lru_cache(maxsize=1 << 10)
def _tokens(text: str) -> tuple[str, ...]:
    """Cut a text into tokens and the space between them; together they are the text."""
    lines = text.splitlines(keepends=True)
    starts = list(itertools.accumulate((len(line) for line in lines), initial=0))
    cuts = {0, len(text)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        for row, column in (token.start, token.end):
            cuts.add(min(starts[min(row - 1, len(starts) - 1)] + column, len(text)))
    return tuple(text[start:end] for start, end in itertools.pairwise(sorted(cuts)))
