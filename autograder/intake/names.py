"""Names of students and files as text that can be written anywhere; unlike names stay unlike."""

from __future__ import annotations

import hashlib
import os
import re

# A file system takes 255 bytes, nbgrader's table of students 128 letters.
MAX_LETTERS, MAX_BYTES = 120, 240
_DIGITS = 12
_ESCAPE = re.compile(r"\\udc[0-9a-f]{2}")
_MARKED = re.compile(rf"~[0-9a-f]{{{_DIGITS}}}\Z")


def printable(text: str) -> str:
    """A name of a file as text that can be written: bytes of it that are not UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def student_id(name: str) -> str:
    """What the owner of a folder is called in results and gradebook, and how the files for them are named.

    That is the folder's name, with escapes for bytes that are not UTF-8. Where that is too long, or could be another's, it
    is cut and marked with a hash of the bytes: a name that has escapes written out, say, or one that looks marked.
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
    """Whether this is the name of a file in one folder, and nothing that leads elsewhere."""
    return bool(name) and name not in (".", "..") and not {"/", "\0"} & set(name) and len(name.encode()) < 256
