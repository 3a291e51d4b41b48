"""Clean text for people, by one rule for pages, terminals and tables, and write numbers of points.

Invisible characters are removed because they do harm: control characters drive a terminal, direction marks turn text
around, fillers and tags hide text in a name or make two names look the same. Two of them stay where they join
something: ZWNJ and ZWJ, without which Persian, Indic and Sinhala names are misspelt and many emoji fall apart. The two
selectors of an emoji's style stay as well. Next to Latin letters all four do nothing, and are removed. A letter keeps
up to four marks: a taller stack would cover the lines above.
"""

from __future__ import annotations

import json
import re

_ZWNJ, _ZWJ, _TEXT, _EMOJI = "\u200c", "\u200d", "\ufe0e", "\ufe0f"
# Controls (tab and line feed stay), Unicode's category Cf, line and paragraph separators, and other characters drawn as
# nothing: fillers, the grapheme joiner, variation selectors, tags. A test holds this against Python's own table of
# categories.
_INVISIBLE = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_KEPT = f"{_ZWNJ}{_ZWJ}{_TEXT}{_EMOJI}"
_MARKS = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ua66f-\ua672\ufe20-\ufe2f"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_GONE = re.compile(f"[{_INVISIBLE}]")
_JOINERS = re.compile(f"[{_KEPT}]+")
_TOWER = re.compile(f"((?:[{_MARKS}][{_KEPT}]?){{4}})(?:[{_MARKS}][{_KEPT}]*)+")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_LATIN = re.compile("[\x00-\u024f]")


def plain(text: str) -> str:
    """Remove invisible characters from a text; tabs and line ends stay. Applying it twice changes nothing more."""
    if text.isascii():
        return _GONE.sub("", text)
    text = _GONE.sub("", _SURROGATES.sub("\ufffd", text))
    return _JOINERS.sub(_joined, _TOWER.sub(r"\1", text))


def one_line(text: str) -> str:
    """Return a name or path on one line. What would break it becomes a blank, so no name can forge a line of ours."""
    return plain(_BREAKS.sub(" ", text))


def in_json(text: str) -> str:
    """Escape the invisible characters of JSON: a parser reads the same text, and a terminal sees plain characters."""
    return _GONE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def number(value: float) -> str:
    """Write a number with at most two decimals, and without trailing zeros."""
    return f"{round(value, 2):.12g}"


def _joined(found: re.Match[str]) -> str:
    """Return what stays of a run of joiners and selectors: at most one of each, only where it changes what is seen."""
    before = found.string[found.start() - 1 : found.start()]
    after = found.string[found.end() : found.end() + 1]
    if not before or before.isspace():
        return ""
    # After a Latin letter neither does anything visible: two names that look the same would differ.
    styled = not (_LATIN.match(before) and before.isalpha())
    style = next((mark for mark in found[0] if mark in (_TEXT, _EMOJI)), "") if styled else ""
    joins = bool(after) and not after.isspace() and not _LATIN.match(before + after) and not _LATIN.match(after)
    return style + (next((mark for mark in found[0] if mark in (_ZWNJ, _ZWJ)), "") if joins else "")
