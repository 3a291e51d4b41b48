"""Answers that ship without being readable: salted hashes, and an explanation that only the answer opens.

The hash of a three-digit number can be found by trying them all. It keeps honest people from reading ahead, as in
OK's unlocking (https://okpy.github.io/documentation/client.html); no grade depends on it.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Iterable

import msgspec

_ROUNDS, _CHECK = 10_000, 16
# An answer may be off by half a percent: 0.69 counts for log 2.
_STEPS = [step / 1000 for step in range(-5, 6)]


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question as it ships."""

    ask: str
    salt: str
    check: str
    why: str


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """predict.json: the questions of one exercise."""

    format: int
    questions: list[Sealed]


def seal(salt: str, ask: str, answer: str, why: str) -> Sealed:
    """Seal a question with its own `salt`; equal questions give equal bytes. Raises ValueError for a bad answer."""
    found = canonical(answer)
    if found is None:
        raise ValueError(f"{answer!r} is not a number and not the name of an error")
    text = why.encode()
    key = _key(found, salt, _CHECK + len(text))
    hidden = bytes(a ^ b for a, b in zip(text, key[_CHECK:], strict=True))
    return Sealed(ask, salt, key[:_CHECK].hex(), base64.b64encode(hidden).decode())


def opened(sealed: Sealed, said: str) -> str | None:
    """Return the explanation if the answer is right, else None."""
    hidden = base64.b64decode(sealed.why)
    for answer in accepted(said):
        key = _key(answer, sealed.salt, _CHECK + len(hidden))
        if key[:_CHECK].hex() == sealed.check:
            return bytes(a ^ b for a, b in zip(hidden, key[_CHECK:], strict=True)).decode()
    return None


def canonical(said: str) -> str | None:
    """Write an answer in its one form: three digits of a number, inf, nan, or the name of an error."""
    value = _number(said)
    if value is None:
        name = said.strip().strip("`'\"()").lower()
        return name if re.fullmatch(r"[a-z]+(error|none)|none|true|false", name) else None
    return _written(value)


def accepted(said: str) -> Iterable[str]:
    """Return all canonical answers that count as this one; none if it is not an answer."""
    value = _number(said)
    if value is None or not math.isfinite(value):
        found = canonical(said)
        return [found] if found is not None else []
    return dict.fromkeys(_written(value * (1 + step)) for step in _STEPS)


def _written(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    return "0" if abs(value) < 5e-4 else f"{value:.2e}"


def _number(said: str) -> float | None:
    text = said.strip().lower().replace("∞", "inf").replace("−", "-").replace(" ", "")
    top, slash, low = text.partition("/")
    try:
        return float(top) / float(low) if slash else float(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None


def _key(answer: str, salt: str, length: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", answer.encode(), salt.encode(), _ROUNDS, length)
