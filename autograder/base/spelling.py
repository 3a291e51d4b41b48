"""Reduce text to its letters and digits, as a page, a terminal or a reader would after dropping the rest."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator

_ESCAPE_CODE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_MARKUP = re.compile(r"<!--.{0,400}?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_WRITTEN_OUT = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([0-7]{1,3})")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_NO_LETTER = re.compile(r"[\x00-\x2f\x3a-\x60\x7b-\x7f]+")
# Hangul fillers: Unicode calls them letters, but nobody sees them.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")
_LAYERS = 3  # &amp;#65; is an entity in an entity


def letters(text: str) -> str:
    """Return the letters and digits in lower case and one form, without accents: `É-ｘ\\u200b2` gives `ex2`."""
    if not text.isascii():
        text = _BEYOND_ASCII.sub(lambda found: _plain(found[0]), text)
    return _NO_LETTER.sub("", text.lower())


def spellings(text: str) -> Iterator[str]:
    """Yield the letters of a text as it stands and with its escapes decoded, each with markup and without."""
    for layer in _layers(text):
        yield letters(layer)
        if "\x1b" in layer:
            yield letters(_ESCAPE_CODE.sub("", layer))
        if "<" in layer:
            yield letters(_MARKUP.sub("", layer))


def encodings(secret: bytes) -> set[str]:
    """Return the letters of a secret: as it is, backwards, and in the encodings that one line of Python produces."""
    text = secret.decode(errors="replace")
    made = {text, text[::-1], secret.hex(), base64.b32encode(secret).decode(), base64.b85encode(secret).decode()}
    for shift in range(3):  # its offset in a longer text; digits that also encode its neighbours are left out
        whole = base64.b64encode(bytes(shift) + secret).decode().rstrip("=")
        made.add(whole[(0, 2, 3)[shift] : len(whole) - (len(secret) + shift) % 3])
    return {found for found in map(letters, made) if found}


def _layers(text: str) -> Iterator[str]:
    """Yield the text, then the text after each round of decoding entities, percent signs and backslashes."""
    yield text
    for _ in range(_LAYERS):
        if "&" not in text and "%" not in text and "\\" not in text:
            return
        before, text = text, _WRITTEN_OUT.sub(_character, urllib.parse.unquote(html.unescape(text)))
        if text == before:
            return
        yield text


def _character(found: re.Match[str]) -> str:
    hexadecimal = found[1] or found[2] or found[3]
    code = int(hexadecimal, 16) if hexadecimal else int(found[4], 8)
    return chr(code) if code < 0x110000 else ""


def _plain(text: str) -> str:
    """Strip accents and case. NFKD separates marks from letters; casefold comes first, as it may add marks (ß, İ)."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in apart if letter.isalnum() and letter not in _UNSEEN)
