"""Nothing typed by hand is lost: random sequences of grade, manual score, comment, regrade, extension and export."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from nbgrader.api import Gradebook

from autograder import gradebook, results
from autograder.course import Assignment, Course, Extension, LatePolicy, Part, late
from autograder.exports import canvas, load, moodle, plain, roster, schema
from autograder.exports.load import Person
from autograder.gradebook import by_hand
from autograder.results import CheckResult, PartResult, Result

HINTS = ["nudge", "method", "formula"]
PARTS = [Part("loss", "The loss", 6, hints=HINTS), Part("essay", "In words", 2, manual=True)]
DUE = datetime.datetime(2027, 2, 1, 12)
COURSE = Course(
    "c", "L", [Assignment("01-a", "A", "a", "numpy", PARTS, DUE)], late_policy=LatePolicy(percent_per_day=10)
)
STUDENTS = ["007", "ada", "zoë"]

points = st.integers(0, 12).map(lambda halves: halves / 2)
student = st.sampled_from(STUDENTS)
part = st.sampled_from(["loss", "essay"])


class ByHand(RuleBasedStateMachine):
    """The gradebook beside a plain dict of what people typed into it."""

    def __init__(self) -> None:
        super().__init__()
        self.out = Path(tempfile.mkdtemp())
        self.url = f"sqlite:///{self.out / 'gradebook.db'}"
        self.course = COURSE
        self.earned: dict[str, float] = {}
        self.days: dict[str, int] = {}
        self.scores: dict[tuple[str, str], tuple[float | None, float | None]] = {}
        self.comments: dict[tuple[str, str], str] = {}

    @initialize()
    def everyone_is_graded(self) -> None:
        self.earned = dict.fromkeys(STUDENTS, 3.0)
        self.days = dict.fromkeys(STUDENTS, 0)
        self.write()

    @rule(who=student, earned=points.filter(lambda value: value <= 6), days=st.integers(0, 4))
    def grade(self, who: str, earned: float, days: int) -> None:
        self.earned[who], self.days[who] = earned, days
        self.write()

    @rule(who=student, days=st.integers(0, 4))
    def extend(self, who: str, days: int) -> None:
        others = [item for item in self.course.extensions if item.student != who]
        until = DUE + datetime.timedelta(days=days)
        self.course = msgspec.structs.replace(self.course, extensions=[*others, Extension(who, "01-a", until)])
        self.write()

    @rule(who=student, which=part, manual=st.none() | points, extra=st.none() | points)
    def type_a_score(self, who: str, which: str, manual: float | None, extra: float | None) -> None:
        with Gradebook(self.url, course_id="c") as book:
            grade = book.find_grade(which, "a", "01-a", who)
            grade.manual_score, grade.extra_credit = manual, extra
            book.db.commit()
        self.scores[who, which] = (manual, extra)

    @rule(who=student, which=part, text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9))
    def type_a_comment(self, who: str, which: str, text: str) -> None:
        cell = "essay" if which == "essay" else "loss_solution"
        with Gradebook(self.url, course_id="c") as book:
            book.find_comment(cell, "a", "01-a", who).manual_comment = text
            book.db.commit()
        self.comments[who, cell] = text

    @rule(who=student, name=st.sampled_from(["Müller, Jo", "=1+1", ""]))
    def import_the_roster(self, who: str, name: str) -> None:
        roster.enter(self.url, self.course, [Person(who, last_name=name)])

    @invariant()
    def the_book_holds_what_was_typed(self) -> None:
        with Gradebook(self.url, course_id="c") as book:
            for (who, which), typed in self.scores.items():
                grade = book.find_grade(which, "a", "01-a", who)
                assert (grade.manual_score, grade.extra_credit) == typed
            for (who, cell), text in self.comments.items():
                assert book.find_comment(cell, "a", "01-a", who).comment == text

    @invariant()
    def every_export_tells_it(self) -> None:
        grades = load.load(self.out, self.url, self.course, [])
        for who in STUDENTS:
            loss, essay = (self.scores.get((who, which), (None, None)) for which in ("loss", "essay"))
            score = (
                (self.earned[who] if loss[0] is None else loss[0]) + (loss[1] or 0) + (essay[0] or 0) + (essay[1] or 0)
            )
            result = grades.results[who, "01-a"]
            assert abs(result.score - score) < 1e-9
            assert abs(result.late_penalty - self.penalty(who, score)) < 1e-6
            assert result.parts[1].needs_manual_grade == (essay[0] is None)
        for text in (
            canvas.write_canvas_csv(grades)[0],
            moodle.write_moodle_csv(grades),
            schema.write_export_json(grades),
            *plain.write_plain_tables(grades).values(),
        ):
            assert all(who in text for who in STUDENTS)

    def teardown(self) -> None:
        shutil.rmtree(self.out)

    def penalty(self, who: str, score: float) -> float:
        return late.penalty_of(self.course, "01-a", who, score, self.times(who))

    def times(self, who: str) -> late.Times:
        return {"01-a": DUE.replace(tzinfo=datetime.UTC) + datetime.timedelta(days=self.days[who])}

    def write(self) -> None:
        """As pipeline.write: the book first asked for what people entered, then given what the checks earned."""
        made = [a_result(who, self.earned[who], self.penalty(who, self.earned[who])) for who in STUDENTS]
        book = by_hand.read(self.url, self.course)
        final = [
            by_hand.applied(self.course, item, book.get((item.student, "01-a")), self.times(item.student))
            for item in made
        ]
        for result in final:
            path = self.out / "results" / result.student / "01-a.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(results.dump(result))
        gradebook.write_gradebook(
            self.url, self.course, made, {(who, "01-a"): self.times(who)["01-a"] for who in STUDENTS}
        )


def a_result(who: str, earned: float, penalty: float) -> Result:
    checks = [CheckResult("c1", "large logits", "pass", earned, 6, "", None)]
    parts = [PartResult("loss", earned, 6, False, checks), PartResult("essay", 0, 2, True, [])]
    values: dict[str, Any] = {"submission_sha256": "f", "sandbox": "bubblewrap", "parts": parts, "notes": []}
    return Result(who, "01-a", "graded", None, earned, 8, penalty, **values)


TestByHand = ByHand.TestCase
TestByHand.settings = settings(max_examples=100, stateful_step_count=6, deadline=None)
