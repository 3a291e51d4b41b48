"""Characters that have no business in a line of text."""

from __future__ import annotations

# Control characters, and those that turn the direction of text around; a lone surrogate cannot be written as UTF-8.
_CONTROL: dict[int, str | None] = {
    code: None
    for code in [*range(9), *range(11, 32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
}
_SURROGATES: dict[int, str | None] = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_UNWANTED = _CONTROL | _SURROGATES


def plain(text: str) -> str:
    """Text without control characters; tabs and line ends stay."""
    return text.translate(_UNWANTED)
