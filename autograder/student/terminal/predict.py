"""`losslab predict`: predict what functions return before writing them, one question at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from autograder.base.errors import CourseError
from autograder.course import Assignment
from autograder.student import progress
from autograder.student.checks import texts
from autograder.student.screen import say
from autograder.student.seal import Sealed, Sheet, canonical, opened

FILENAME = "predict.json"
TRIES = 3


class _Leave(Exception):
    """The student quits, or the pipe has ended."""


def ask_all(assignment: Assignment, folder: Path, home: Path, offered: list[str]) -> bool:
    """Ask the open questions; return whether all of them are answered now.

    Raises:
        CourseError: the exercise has no questions (those in `offered` do), or they cannot be read.
        OutputError: the predictions cannot be saved.
    """
    questions = _read(assignment, folder, offered)
    known = set(progress.load(home).predicted.get(assignment.id, []))
    waiting = [item for item in questions if item.check not in known]
    say(texts.PREDICT_TITLE.format(assignment=assignment.id, count=len(questions)))
    if len(waiting) < len(questions):
        say(texts.PREDICT_KNOWN.format(known=len(questions) - len(waiting), count=len(questions)))
    if waiting:
        say(texts.PREDICT_HOW)
    right = len(questions) - len(waiting)
    try:
        for item in waiting:
            number = questions.index(item) + 1
            say("", texts.PREDICT_ASK.format(number=number, count=len(questions), ask=item.ask))
            if _ask(item):
                _remember(home, assignment, item)
                right += 1
    except (_Leave, KeyboardInterrupt):
        say("")
    done = right == len(questions)
    text = texts.PREDICT_DONE if done else texts.PREDICT_OPEN
    say("", text.format(right=right, count=len(questions), assignment=assignment.id))
    return done


def is_offered(root: Path, assignment: Assignment) -> bool:
    """Say whether an exercise of this course has questions."""
    return any((root / name / FILENAME).is_file() for name in (f"assignments/{assignment.id}", assignment.id))


def _read(assignment: Assignment, folder: Path, offered: list[str]) -> list[Sealed]:
    path = folder / FILENAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Sheet).questions
    except FileNotFoundError:
        known = ", ".join(offered) or "-"
        raise CourseError(texts.PREDICT_NONE.format(assignment=assignment.id, known=known)) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CourseError(texts.PREDICT_BROKEN.format(path=path, reason=reason)) from None


def _ask(question: Sealed) -> bool:
    """Give up to three tries; return whether one was right."""
    left = TRIES
    while left:
        said = _answer()
        if said.lower() in ("s", "?"):
            say("  " + texts.PREDICT_SKIPPED)
            return False
        if canonical(said) is None:
            say("  " + texts.PREDICT_NO_NUMBER)
            continue
        why = opened(question, said)
        if why is not None:
            say("✓ " + texts.PREDICT_RIGHT.format(why=why))
            return True
        left -= 1
        again = texts.PREDICT_TRIES.format(count=TRIES - left + 1, tries=TRIES) if left else texts.PREDICT_GO_ON
        say("✗ " + texts.PREDICT_WRONG.format(left=again))
    return False


def _answer() -> str:
    sys.stdout.write(texts.PREDICT_PROMPT)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        say(line.strip())  # a pipe echoes nothing
    if not line or line.strip().lower() == "q":
        raise _Leave
    return line.strip()


def _remember(home: Path, assignment: Assignment, question: Sealed) -> None:
    def note(known: progress.Progress) -> progress.Progress:
        own = [*known.predicted.get(assignment.id, []), question.check]
        return msgspec.structs.replace(known, predicted={**known.predicted, assignment.id: own})

    progress.update(home, note)
