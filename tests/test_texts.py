"""Every sentence that students read: in one place, short, one voice, and with each placeholder filled."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.student import screen
from autograder.student.checks import texts

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "autograder"
SOURCES = [
    *sorted((PACKAGE / "student").rglob("*.py")),
    PACKAGE / "cli" / "study.py",
    PACKAGE / "cli" / "student.py",
]
LONGEST = 130


def sentences() -> Iterator[tuple[str, str]]:
    """Name and text of everything in the catalogue."""
    for name, value in vars(texts).items():
        if name.isupper():
            values = {"": value} if isinstance(value, str) else value
            pairs = values.items() if isinstance(values, dict) else enumerate(values)
            yield from ((f"{name}[{key}]" if key != "" else name, text) for key, text in pairs)


ALL = dict(sentences())


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_catalogue_is_not_empty() -> None:
    assert len(ALL) > 120


@pytest.mark.parametrize("name", ALL)
def test_a_sentence_is_short_clean_and_in_our_voice(name: str) -> None:
    text = ALL[name]
    assert text == text.rstrip() or name == "PREDICT_PROMPT", "blanks at the end"
    assert 0 < len(text) <= LONGEST and "\n" not in text and "  " not in text.lstrip()
    assert not re.search(r"TODO|FIXME|XXX|lorem|%s|%d|<\w+>|\bplease\b|!|\boops\b|sorry", text, re.IGNORECASE)
    assert not re.search(r"\.\.\.|\s[.,;:?](\s|$)|[.,;]{2}", text), "punctuation"
    assert text.count("`") % 2 == 0 and text.count("(") == text.count(")") and text.count("{") == text.count("}")


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("ERROR_LESSONS")])
def test_a_lesson_is_a_whole_sentence(name: str) -> None:
    text = ALL[name]
    assert text[-1] in ".?" and (text[0].isupper() or text.startswith(("`", "exit(")))


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("WARNING_LESSONS")])
def test_what_a_warning_teaches_goes_on_after_a_colon(name: str) -> None:
    assert ALL[name][-1] not in ".;:," and not ALL[name][0].isupper()


@pytest.mark.parametrize("name", ALL)
def test_an_old_console_can_show_it(name: str) -> None:
    text = ALL[name]
    assert screen.encodable(text, "ascii").count("?") == text.count("?")


ERRORS = ("NO_FILE", "OTHER_NAME", "UNREADABLE", "EMPTY", "NOT_PYTHON", "NOT_UTF8", "MISSING_LIBRARY", "NO_TESTS", "BROKEN_TESTS", "WHICH", "DAMAGED", "PREDICT_BROKEN")  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_ends_with_its_remedy_and_no_full_stop(name: str) -> None:
    assert "; " in ALL[name] and ALL[name][-1] not in ".!;"


def uses() -> Iterator[tuple[str, set[str] | None, str]]:
    """Name of a text, the names that are filled in (None: it is used as it is), and where."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        formatted = set()
        for node in ast.walk(tree):
            function = node.func if isinstance(node, ast.Call) else None
            if isinstance(function, ast.Attribute) and function.attr == "format" and _is_text(function.value):
                assert isinstance(node, ast.Call) and isinstance(function.value, ast.Attribute)
                formatted.add(function.value)
                yield function.value.attr, {str(item.arg) for item in node.keywords}, f"{path.name}:{node.lineno}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _is_text(node) and node not in formatted:
                yield node.attr, None, f"{path.name}:{node.lineno}"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "texts"


def test_every_placeholder_is_filled_and_nothing_is_filled_in_vain() -> None:
    wrong = [
        (name, where, filled ^ fields(ALL[name]))
        for name, filled, where in uses()
        if filled is not None and name in ALL
    ]
    assert [item for item in wrong if item[2]] == []


def test_a_text_with_placeholders_is_never_shown_as_it_is() -> None:
    picked = {  # chosen first, and filled a line later
        "STILL_RUNS", "STOPPED", "LEFT", "LATE", "DAY", "DAYS", "HOUR", "HOURS", "MINUTE", "MINUTES", 
        "ALL_PASSED", "SOME_PASSED", "PREDICT_DONE", "PREDICT_OPEN", "HINT_RECORDED", "HINT_NOT_RECORDED", "NO_SUCH_LEVEL",
        "NO_HINTS",
    }  # fmt: skip
    raw = [(name, where) for name, filled, where in uses() if filled is None and name in ALL and fields(ALL[name])]
    assert [item for item in raw if item[0] not in picked] == []


def test_every_text_is_used() -> None:
    used = {name for name, _, _ in uses()}
    assert {name.partition("[")[0] for name in ALL} - used == set()


def test_no_sentence_is_written_outside_of_the_catalogue() -> None:
    stray = []
    for path in SOURCES:
        if path.name == "texts.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = _said(node)
            stray += [(path.name, text) for text in said if len(re.findall(r"[a-z]{3,} [a-z]{2,}", text)) >= 1]
    assert stray == []


def _said(node: ast.AST) -> list[str]:
    """Texts that are printed, or raised as an error of ours."""
    if not isinstance(node, ast.Call):
        return []
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name not in ("say", "print", "Verdict", "CourseError", "SubmissionError", "OutputError"):
        return []
    parts = [inner for argument in node.args for inner in ast.walk(argument)]
    return [inner.value for inner in parts if isinstance(inner, ast.Constant) and isinstance(inner.value, str)]
