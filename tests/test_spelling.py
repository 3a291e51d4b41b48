"""The letters that are left of a text after a page, a terminal or a reader has dropped the rest."""

from __future__ import annotations

import base64

import pytest

from autograder.base.spelling import encodings, letters, spellings


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ab 1-2_c", "ab12c"),
        ("É-ｘ\u200b2", "ex2"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130x", "ix"),
        ("\ufb01n", "fin"),
        ("o\u0301o\u20e3", "oo"),
        ("\u3164a\u115fb\uffa0", "ab"),
        ("漢 字", "漢字"),
        ("\ud800a", "a"),
        ("", ""),
    ],
)
def test_letters_have_one_case_and_one_form(text: str, left: str) -> None:
    assert letters(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "s&#101;cret",
        "s&amp;amp;#101;cret",
        "%73ecret",
        "%2573ecret",
        "\\x73ecret",
        "\\163ecret",
        "se\x1b[31mcret",
        "se\x1b]0;title\x07cret",
        "se<b a='x'>cret",
        "se&lt;b&gt;cret",
        "<secret>",
    ],
)
def test_escaped_letters_are_decoded(text: str) -> None:
    assert "secret" in list(spellings(text))


def test_a_secret_in_base64_is_found_wherever_it_begins() -> None:
    secret = b"correct horse battery"
    for before in range(6):
        text = letters(base64.b64encode(b"x" * before + secret + b"yz").decode())
        assert any(way in text for way in encodings(secret))


@pytest.mark.parametrize("part", ["&lt;!--", "\x1b]", "<a", "%25", "\u0301", "\\x5c", "&amp;"])
def test_no_text_takes_long(part: str) -> None:
    import time

    text = part * (200_000 // len(part))
    started = time.process_time()
    list(spellings(text))
    assert time.process_time() - started < 5
