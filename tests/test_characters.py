"""Invisible characters: one rule for pages, terminals and tables, which each command follows."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.base.text import in_json, one_line, plain
from autograder.course import Assignment, Course, Part
from autograder.gradebook import table
from autograder.nbgrader_plugins import logs
from autograder.pages import feedback
from autograder.results import PartResult, Result, dump

ROOT = Path(__file__).parent.parent
HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f\u200e\u200f\u061c\u202e\u2066\u2028\u2029\ufeff\u200b\u2060\xad\U000e0041\U0001d173\u3164"
# Right in their languages, and wrong without the joiner.
JOINED = ["می‌خواهم", "नुक्‍ता", "ක්‍රි", "👩‍💻", "❤️", "👩🏽‍❤️‍💋‍👨", "1️⃣", "Nguyễn", "O’Brien", "שָׁלוֹם"]


def test_no_control_or_format_character_of_unicode_gets_through() -> None:
    through = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and chr(code) in plain(f"a{chr(code)}b")
    }
    assert through == {ord("\t"), ord("\n")}


def test_no_visible_character_is_removed() -> None:
    seen = [chr(code) for code in range(0x20, sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LNPSZ"]
    fillers = set("\u115f\u1160\u3164\uffa0\u2028\u2029")
    assert [item for item in seen if item not in plain(f"a{item}b") and item not in fillers] == []


@pytest.mark.parametrize("text", JOINED)
def test_joiners_stay_where_a_word_needs_them(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    ["ad\u200ca", "ad\u200da", "\u200dada", "ada\u200d", "ada\ufe0f", "ada\u200c\u200c\u200c", "a\u200c\u200dda"],
)
def test_two_names_that_look_the_same_are_the_same(text: str) -> None:
    assert plain(text) == "ada"


def test_a_tall_stack_of_marks_is_cut() -> None:
    assert plain("a" + "\u0301" * 500 + "b") == "a" + "\u0301" * 4 + "b"
    assert len(plain("a" + "\u0301\u200c" * 500 + "b")) < 12


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\n" not in one_line(text) and "\t" not in one_line(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_for_a_terminal_means_the_same(text: str) -> None:
    written = in_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in written if letter not in "\u200c\u200d")


def test_pages_and_tables_are_cleaned() -> None:
    course = Course(
        "c", "Losses", [Assignment("01-mse", "First", "mse", "numpy", [Part("loss", "Loss", 6, hints=["a", "b", "c"])])]
    )
    result = a_result(f"ad{HOSTILE}a")
    for text in (feedback.render(course, course.assignments[0], result), table.grades_csv(course, [result])):
        assert not set(HOSTILE.replace("[2J", "").replace("]0;owned", "").replace("31m", "")) & set(text)


def test_nbgraders_log_is_cleaned_with_its_tracebacks() -> None:
    before, stream = logging.getLogRecordFactory(), io.StringIO()
    log, handler = logging.Logger("nbgrader"), logging.StreamHandler(stream)
    log.addHandler(handler)
    try:
        logs.clean()
        logs.clean()
        log.warning("student %s", HOSTILE)
        log.info("%d of %d", 1, 2)
        try:
            raise ValueError(HOSTILE)
        except ValueError:
            log.exception("failed")
    finally:
        logging.setLogRecordFactory(before)
    said = stream.getvalue()
    assert said == plain(said)
    assert "student [2J" in said and "1 of 2" in said and "ValueError: [2J" in said


def a_result(student: str, problem: str | None = None) -> Result:
    parts = [PartResult("loss", 0, 6, False, [])]
    status = "graded" if problem is None else "rejected"
    return Result(student, "01-mse", status, problem, 0, 6, 0, "f" * 64, "uid", parts, [HOSTILE])  # type: ignore[arg-type]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one hostile student's result in it, and a gradebook that Canvas exported with more of them."""
    for name in ("autograder", "solutions", "assignments", "course.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    result = a_result("mal\x1b[31m\u202elory", f"{HOSTILE}: a problem")
    path = tmp_path / "grades" / "results" / "mallory" / "01-mse.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(dump(result))
    (tmp_path / "\x1b[2Jcanvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\nx,1,2,\x1b[31m\u202ey,A\n"
    )
    (tmp_path / "\x1b[2Jroster.csv").write_text("student\n\x1b[31mada\n\x1b[31mada\n")
    (tmp_path / "submitted").mkdir()
    return tmp_path


COMMANDS = [
    ("export", "canvas", "--gradebook", "\x1b[2Jcanvas.csv"),
    ("export", "canvas", "--gradebook", "\x1b[2Jroster.csv"),
    ("export", "plain", "--to", "\x1b[2J\u202eout"),
    ("export", "moodle", "--to", "two\nlosslab: forged"),
    ("export", "canvas", "--grades", "\x1b[2Jnone"),
    ("import-roster", "\x1b[2Jroster.csv"),
    ("replay", "mal\x1b[31m\u202elory", "01-mse"),
    ("replay", "nobody\x1b[2J", "01-mse"),
    ("replay", "a", "01-mse", "one-more\x1b[2J\x9b"),
    ("grade", "\x1b[2Jnone", "--out", "x", "--sandbox", "process"),
    ("grade", "submitted", "--out", "x", "--sandbox", "\x1b[2J"),
    ("no-such-command\x1b[2J",),
    ("grade", "--no-such-option\x1b[2J"),
    ("kit", "--out", "\x1b[2Jnone/\u202e/\0x".replace("\0", "")),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: repr(" ".join(command)))
def test_no_command_prints_a_control_character(course: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *command],
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        timeout=120,
    )
    said = (done.stdout + done.stderr).decode()
    assert "Traceback" not in said
    assert said == plain(said) and said.strip()
    assert not any(line.startswith("losslab: forged") for line in said.splitlines())
