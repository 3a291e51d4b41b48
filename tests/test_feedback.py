"""Feedback page, class report and grades.csv: everything is said, nothing of it is run."""

from __future__ import annotations

import csv
import io
import re
import struct

import pytest

from autograder.base import tables
from autograder.course import Assignment, Course, Measure, Part
from autograder.gradebook import table
from autograder.intake.submission import Submission
from autograder.pages import feedback, leaderboard, report
from autograder.results import CheckResult, PartResult, Result, Results, dump, pieces, score

HOSTILE = "<script>alert('&')</script>"
HINTS = ["nudge", "method", "formula"]
PARTS = [
    Part("loss", "The loss", 6, hints=HINTS),
    Part("essay", "In words", 2, manual=True),
    Part("shared", "Shared name", 2, hints=HINTS),
]
COURSE = Course(
    "c",
    "Losses",
    [
        Assignment("01-a", "First", "first", "numpy", PARTS),
        Assignment("02-b", "Second", "second", "numpy", [Part("shared", "Shared name", 4, hints=HINTS)]),
    ],
)
FAILED = [
    CheckResult("c2", "large logits", "fail", 0, 2, "expected a finite value, got nan\nexp(1000) overflows", "m"),
    CheckResult("c3", "endless loop", "timeout", 0, 2, "no answer after 1 s", None),
]


def a_result(student: str = "ada", assignment: str = "01-a", score: float = 2, **changes: object) -> Result:
    passed = CheckResult("c1", "a scalar", "pass", 2, 2, "", None)
    parts = [
        PartResult("loss", score, 6, False, [passed, *FAILED]),
        PartResult("essay", 0, 2, True, []),
        PartResult("shared", 0, 2, False, [CheckResult("c4", "same name", "error", 0, 2, "ValueError: no", None)]),
    ]
    values: dict[str, object] = {"status": "graded", "problem": None, "late_penalty": 0.0, "notes": [], "parts": parts}
    values |= changes
    return Result(
        student=student,
        assignment=assignment,
        score=score,
        max_score=10,
        submission_sha256="f" * 64,
        sandbox="bubblewrap",
        **values,  # type: ignore[arg-type]
    )


def a_page(result: Result) -> str:
    return feedback.render(COURSE, COURSE.assignments[0], result)


def text_of(html: str) -> str:
    """What is read: no tags, no style, blanks joined."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)).split())


def hostile_pages() -> list[str]:
    parts = [PartResult("loss", 0, 6, False, [CheckResult("c", HOSTILE, "fail", 0, 6, HOSTILE, None)])]
    graded = a_result(student=HOSTILE, notes=[HOSTILE], parts=parts)
    rejected = a_result(student=HOSTILE, status="rejected", problem=HOSTILE)
    return [a_page(graded), a_page(rejected), report.render(COURSE, [graded, rejected], HOSTILE)]


def test_hostile_names_and_messages_are_escaped() -> None:
    for html in hostile_pages():
        assert "<script" not in html
        assert "&lt;script&gt;alert(&#39;&amp;&#39;)" in html


def test_quotes_in_a_name_stay_inside_the_link() -> None:
    html = report.render(COURSE, [a_result(student='a"><b> ü/..#?')], "t")
    assert re.findall(r'href="([^"]*)"', html) == ["feedback/a%22%3E%3Cb%3E%20%C3%BC%2F..%23%3F/01-a.html"]


@pytest.mark.parametrize("html", [*hostile_pages(), a_page(a_result())])
def test_pages_load_nothing_from_elsewhere(html: str) -> None:
    assert (
        "default-src &#39;none&#39;" in html or "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
    )
    assert not re.search(r"https?:|//\w|url\(|@import|<link|<img|<iframe|\ssrc=|\son\w+=", html)


def test_control_characters_are_stripped_and_surrogates_replaced() -> None:
    html = a_page(a_result(student="a\x1b[31m\x00b\x9b\u202ec\ud800", notes=["x\x07y\r\nz"]))
    assert "a[31mbc\ufffd" in html
    assert "xy\nz" in html
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", html)
    html.encode("utf-8")


@pytest.mark.parametrize("check", FAILED)
def test_every_failed_check_shows_its_message_points_and_hint(check: CheckResult) -> None:
    html = a_page(a_result())
    word = feedback.STATUS_WORDS[check.status]
    message = " ".join(check.message.split())
    assert f"✗ loss · {check.title} · {word} 0 / 2 {message} next: losslab hint loss" in text_of(html)


def test_hint_names_the_assignment_where_two_have_the_part() -> None:
    assert "next: losslab hint 01-a/shared" in text_of(a_page(a_result()))


def test_passed_check_says_so_in_words() -> None:
    assert "✓ a scalar · passed 2 / 2" in text_of(a_page(a_result()))


def test_part_for_a_person_says_graded_by_hand() -> None:
    assert "In words of 2 graded by hand" in text_of(a_page(a_result()))


def test_penalty_and_final_score_are_shown_and_never_below_zero() -> None:
    assert "score 2 / 10 late penalty −0.5 final 1.5" in text_of(a_page(a_result(late_penalty=0.5)))
    assert "final 0" in text_of(a_page(a_result(late_penalty=3.0)))


def test_rejected_submission_shows_the_problem_and_no_checks() -> None:
    text = text_of(a_page(a_result(score=0, status="rejected", problem="first.py line 3: is not Python; fix it")))
    assert "Rejected" in text
    assert "first.py line 3: is not Python; fix it" in text
    assert "large logits" not in text


def test_summary_counts_graded_and_rejected_and_leaves_rejected_out_of_the_mean() -> None:
    results = [a_result("a", score=10), a_result("b", score=4), a_result("c", score=0, status="rejected", problem="x")]
    found = report.summary(COURSE.assignments[0], results)
    assert (found.graded, found.rejected, found.mean, found.median) == (2, 1, 7, 7)
    assert found.bins == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_report_of_a_class_where_all_are_rejected_has_no_mean() -> None:
    text = text_of(report.render(COURSE, [a_result(score=0, status="rejected", problem="x")], "t"))
    assert "graded 0 rejected 1" in text
    assert "mean" not in text


def test_hardest_checks_come_first_and_solved_ones_not_at_all() -> None:
    solved = PartResult("loss", 2, 6, False, [CheckResult("c2", "large logits", "pass", 2, 2, "", None)])
    found = report.summary(COURSE.assignments[0], [a_result("a"), a_result("b", parts=[solved])]).hardest
    assert [(item.title, item.passed, item.tried) for item in found] == [
        ("endless loop", 0, 1),
        ("same name", 0, 1),
        ("large logits", 1, 2),
    ]


@pytest.mark.parametrize(
    "name", ["007", "Müller, Jörg", 'say "hi"', "=1+1", "two\nlines", "'x'", "-ella", "a;=1+1", "'-x"]
)
def test_names_survive_the_csv(name: str) -> None:
    rows = list(csv.reader(io.StringIO(table.grades_csv(COURSE, [a_result(name)]))))
    assert [tables.unguarded(rows[1][0]), *rows[1][1:]] == [name, "2", "graded", "2"]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-ella", "@x", "\t=1", "\r=1", " =1", "\u200f=1", "\ufeff=1", "＝1", "－1", "＠x"]
)
def test_no_name_is_a_formula_in_the_csv(name: str) -> None:
    rows = list(csv.reader(io.StringIO(table.grades_csv(COURSE, [a_result(name)]))))
    assert rows[1][0].strip()[0] == "'"


def test_csv_has_final_scores_status_and_total_for_each_student() -> None:
    results = [
        a_result("ada", score=2.1, late_penalty=0.2),
        a_result("ada", "02-b", score=0.2),
        a_result("bob", "02-b", score=0, status="rejected", problem="x"),
    ]
    assert table.grades_csv(COURSE, results).split("\n") == [
        '"student","01-a","01-a status","02-b","02-b status","total"',
        '"ada",1.9,"graded",0.2,"graded",2.1',
        '"bob","","missing",0,"rejected",0',
        "",
    ]


BOARD = Assignment(
    "05-c",
    "Challenge",
    "challenge",
    "torch",
    PARTS,
    leaderboard=[Measure("accuracy", "accuracy", "higher", 3), Measure("rmse", "RMSE (g)", "lower", 1)],
)


def scored(student: str, accuracy: float, rmse: float) -> Result:
    return a_result(student=student, assignment="05-c", measures={"accuracy": accuracy, "rmse": rmse})


def test_the_leaderboard_ranks_by_the_first_measure_then_the_second_and_ties_share_a_rank() -> None:
    results = [
        scored("a", 0.98, 300),
        scored("b", 0.99, 320),
        scored("c", 0.98, 300.04),
        scored("d", 0.98, 310),
        a_result(student="e", assignment="05-c"),
    ]
    names = {name: f"name {name}" for name in "abcde"}
    board = leaderboard.ranking(BOARD, results, names)
    assert [(entry.rank, entry.pseudonym[-1]) for entry in board] == [(1, "b"), (2, "a"), (2, "c"), (4, "d")]
    assert board[0].values == ["0.990", "320.0"]


def test_pseudonyms_differ_and_depend_on_the_secret() -> None:
    students = [f"student-{number}" for number in range(3000)]  # more than there are names without a number
    names = leaderboard.pseudonyms(students, b"secret")
    assert len(set(names.values())) == 3000
    assert names != leaderboard.pseudonyms(students, b"another")
    assert names == leaderboard.pseudonyms(reversed(students), b"secret")


def test_the_report_shows_the_board_without_names_and_the_page_tells_its_owner() -> None:
    course = Course("c", "Losses", [BOARD])
    result = scored("ada", 0.98, 300)
    html = report.render(course, [result], "t", {"ada": "quiet heron"})
    board = html[html.index("Leaderboard") : html.index("<h2>Students")]
    assert "quiet heron" in board and "0.980" in board and "ada" not in board.partition("Hardest")[0]
    assert "quiet heron" in text_of(feedback.render(course, BOARD, result, None, "quiet heron"))


def png(width: int, height: int, more: int = 0) -> bytes:
    """The head of a PNG that claims this size, which is all that is looked at."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(9 + more)


def test_a_plot_is_shown_in_its_part() -> None:
    html = feedback.render(COURSE, COURSE.assignments[0], a_result(), {"loss": png(640, 480)})
    assert html.count("data:image/png;base64,iVBORw0KGgo") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(20_000, 20_000), "20000 × 20000 pixels"),
        (png(2**31 - 1, 1), "2147483647 × 1 pixels"),
        (png(0, 5), "0 × 5 pixels"),
        (png(3999, 3999), "3999 × 3999 pixels"),
        (png(100, 100, 3 << 20), "3.0 MiB"),
        (b"\x89PNG", "is not a PNG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\4gAMA" + png(1, 1)[8:], "is not a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='20000' height='20000'/>", "is not a PNG"),
        (b"GIF89a\xff\xff\xff\xff" + bytes(9), "65535 × 65535 pixels"),
        (b"\xff\xd8\xff\xe0\0\4ab\xff\xc2\0\x11\x08\x4e\x20\x4e\x20\3", "20000 × 20000 pixels"),
        (b"\xff\xd8\xff\xda\0\4ab", "is not a PNG"),
        (b"", "is not a PNG"),
    ],
)
def test_a_picture_that_is_too_large_to_draw_is_mentioned_and_not_shown(data: bytes, words: str) -> None:
    html = feedback.render(COURSE, COURSE.assignments[0], a_result(), {"loss": data})
    assert "<img" not in html
    assert "Your plot is not shown: the picture" in html and words in html


def test_twenty_thousand_notes_are_a_few_and_a_number() -> None:
    notes = [f"cell {number} was left out" for number in range(20_000)]
    html = a_page(a_result(notes=notes))
    assert "cell 29 was" in html and "cell 30 was" not in html and "19970 more notes are left out" in html
    assert len(html) < 40_000


def test_notes_are_bounded_in_the_results_too() -> None:
    submission = Submission("ada", "01-a", notes=["x" * 100_000] * 20_000)
    made = score.result(COURSE, COURSE.assignments[0], submission, [], ["y"] * 20_000, "uid")
    assert len(dump(made)) < 40_000 and made.notes[-1] == "39970 more notes are left out"
    assert score.bounded(made.notes) == made.notes


@pytest.mark.parametrize("count", [0, 1, 30, 31])
def test_a_few_notes_are_all_shown(count: int) -> None:
    notes = [f"note {number}" for number in range(count)]
    assert score.bounded(notes) == notes


def test_a_message_of_a_million_letters_is_cut_on_the_page() -> None:
    parts = [PartResult("loss", 0, 6, False, [CheckResult("c", "title", "fail", 0, 6, "x" * 10**6, None)])]
    html = a_page(a_result(parts=parts))
    assert "and 996000 characters more" in html and len(html) < 20_000
    rejected = a_page(a_result(score=0, status="rejected", problem="y" * 10**6))
    assert "and 996000 characters more" in rejected and len(rejected) < 20_000


def test_a_measure_of_three_hundred_digits_is_short_on_the_board() -> None:
    results = [scored("a", 1e308, -1e308)]
    (entry,) = leaderboard.ranking(BOARD, results, {"a": "quiet heron"})
    assert entry.values == ["1.000e+308", "-1.000e+308"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_results_in_pieces_are_the_bytes_of_the_whole(count: int) -> None:
    named = Results(
        1, 'a "course" of []', [a_result(f"ada\n[] {number}", notes=["two\nlines"]) for number in range(count)]
    )
    assert b"".join(pieces(named)) == dump(named)
