"""Turn names of students and files into text that can be written anywhere; different ids stay different."""

from __future__ import annotations

import hashlib
import os
import re

# File systems allow 255 bytes, nbgrader's table of students 128 letters.
MAX_LETTERS, MAX_BYTES = 120, 240
_DIGITS = 12
_ESCAPE = re.compile(r"\\udc[0-9a-f]{2}")
_MARKED = re.compile(rf"~[0-9a-f]{{{_DIGITS}}}\Z")


def printable(text: str) -> str:
    """Return a file name as text that can be written: bytes that are not UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def student_id(name: str) -> str:
    """Return the id of a folder's owner for results, gradebook and file names.

    It is the folder's name, with escapes for bytes that are not UTF-8. A name that is too long is cut and marked with a
    hash of its bytes; so is a name that could be mistaken for another one, because it contains an escape or such a
    mark.
    """
    text = printable(name)
    if _fits(text, 0) and not _ESCAPE.search(name) and not _MARKED.search(text):
        return text
    while not _fits(text, _DIGITS + 1):
        text = text[:-1]
    return f"{text}~{hashlib.sha256(os.fsencode(name)).hexdigest()[:_DIGITS]}"


def _fits(text: str, more: int) -> bool:
    return len(text) + more <= MAX_LETTERS and len(text.encode()) + more <= MAX_BYTES


def is_plain(name: str) -> bool:
    """Return whether this is a plain file name that cannot lead out of its folder."""
    return bool(name) and name not in (".", "..") and not {"/", "\0"} & set(name) and len(name.encode()) < 256
