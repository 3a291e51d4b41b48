"""`losslab check --watch`: run the current part each time the file is saved; keys do the rest."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from autograder.base.errors import OutputError
from autograder.course import Assignment, Course, Part
from autograder.student import progress
from autograder.student.checks import texts
from autograder.student.screen import say, table
from autograder.student.terminal import hints, status
from autograder.student.terminal.keys import Keys, reading
from autograder.student.terminal.run import Run, counts
from autograder.student.terminal.warm import Reply, Warm

POLL, _BUSY = 0.03, 0.005
_GRACE, _PATIENCE = 2.0, 1.0

Stamp = tuple[tuple[str, int, int], ...]


def watch(course: Course, assignment: Assignment, folder: Path, course_file: Path, home: Path) -> int:
    """Run the loop until q or Ctrl-C; the exit status says whether the assignment passes."""
    with reading() as (keys, single):
        session = _Watch(course, assignment, folder, course_file, home, keys)
        if not single:
            say(texts.WATCH_KEYS_LINES)
        try:
            return session.loop()
        finally:
            session.close()


def stamp(folder: Path) -> Stamp:
    """Return names, times and sizes of the files that a student saves: the exercise's file and helpers next to it."""
    found = []
    for path in folder.glob("*.*"):
        if path.suffix in (".py", ".ipynb") and not path.name.startswith((".", "test_")):
            try:
                seen = path.stat()
            except OSError:  # an editor is just replacing it
                continue
            found.append((path.name, seen.st_mtime_ns, seen.st_size))
    return tuple(sorted(found))


def _is_open(count: tuple[int, int, bool]) -> bool:
    passed, total, _ = count
    return passed < total or not total  # a stopped run never reached this part


class _Watch:
    """The current part, the last run, and the warm process that runs the checks."""

    def __init__(
        self, course: Course, assignment: Assignment, folder: Path, course_file: Path, home: Path, keys: Keys
    ) -> None:
        self._course, self._assignment, self._folder, self._home, self._keys = course, assignment, folder, home, keys
        known = progress.load(home)
        self._part = assignment.part(known.part) if known.assignment == assignment.id else None
        self._run: Run | None = None
        self._since: float | None = None  # when the run that is not over yet began
        self._overdue: float | None = None  # when a run that a newer save has replaced is ended by force
        self._shown = False
        say(texts.WATCH_STARTING.format(assignment=assignment.id))
        self._warm = Warm(assignment, folder, course_file, home)

    def close(self) -> None:
        self._warm.close()

    def loop(self) -> int:
        seen = stamp(self._folder)
        self._ask()
        while True:
            try:
                key = self._keys(_BUSY if self._since is not None else POLL)
                if key and not self._press(key):
                    break
                if self._since is not None:
                    self._listen()
                if stamp(self._folder) != seen:
                    seen = self._settled()
                    self._ask()
            except KeyboardInterrupt:
                if self._since is None:
                    break
                self._interrupt()
        if self._part is not None:
            say("", texts.WATCH_BYE.format(assignment=self._assignment.id, part=self._part.id))
        return 0 if self._run is not None and self._run.passed else 1

    def _settled(self) -> Stamp:
        """Wait until an editor has finished: some empty a file first, then fill it."""
        before = stamp(self._folder)
        for _ in range(20):
            if all(size for _, _, size in before):
                break
            time.sleep(0.01)
            before = stamp(self._folder)
        return before

    def _ask(self) -> None:
        """Run the file. A run that is still going has a moment to give up, because a new process takes longer."""
        self._overdue = time.monotonic() + _PATIENCE if self._since is not None else None
        self._since, self._shown = time.monotonic(), False
        self._warm.ask(self._part.id if self._part is not None else "")

    def _start_over(self) -> None:
        """End by force the earlier run, which has not given up since the file was saved again."""
        say(texts.WATCH_AGAIN)
        self._warm.restart()
        self._overdue = None
        self._warm.ask(self._part.id if self._part is not None else "")

    def _listen(self) -> None:
        try:
            told = self._warm.reply(0)
        except EOFError:
            say(texts.WATCH_DIED.format(code=self._warm.exit_code()))
            self._warm.restart()
            self._since = None
            return
        if told is not None:
            self._overdue = None
            self._take(told)
        elif self._overdue is not None and time.monotonic() > self._overdue:
            self._start_over()

    def _take(self, told: Reply) -> None:
        seconds = time.monotonic() - self._since if self._since is not None else 0.0
        if told.last:
            self._since = None
        if told.run is None:
            say("", told.problem, texts.WATCH_KEYS)
            return
        if told.last:
            self._run = told.run
        if self._part is None or self._part.manual:
            self._go_to(self._next_open() or self._assignment.parts[0])
        if not self._shown:
            self._shown = True
            say("")
            self._show_part(told.run, seconds)
        if told.last:
            self._praise()

    def _interrupt(self) -> None:
        """Let Ctrl-C, which reaches the other process, too, stop the student's code there; end what does not stop."""
        until = time.monotonic() + _GRACE
        while self._since is not None and time.monotonic() < until:
            self._listen()
            time.sleep(_BUSY)
        if self._since is not None:
            say(texts.WATCH_STOPPED)
            self._warm.restart()
            self._since = None

    def _show_part(self, run: Run, seconds: float | None = None) -> None:
        if self._part is None:
            return
        say(texts.WATCHING.format(file=run.file, part=self._part.id, title=self._part.title))
        say(*run.lines(show_all=True, only=self._part.id))
        took = f" {texts.WATCH_SECONDS.format(seconds=seconds)}" if seconds is not None else ""
        say(texts.WATCH_KEYS + took)

    def _praise(self) -> None:
        """Say which part comes after one that passes; this is known only once the others have run."""
        if (
            self._run is None
            or self._part is None
            or _is_open(counts(self._assignment, self._run.verdicts)[self._part.id])
        ):
            return
        following = self._next_open()
        done = texts.WATCH_ALL_DONE.format(assignment=self._assignment.id)
        say(texts.WATCH_PART_DONE.format(part=self._part.id, following=following.id) if following else done)

    def _next_open(self) -> Part | None:
        """Return the next part that does not pass yet, starting over at the first after the last."""
        if self._run is None:
            return None
        found = counts(self._assignment, self._run.verdicts)
        parts = list(self._assignment.parts)
        at = parts.index(self._part) + 1 if self._part in parts else 0
        return next((part for part in parts[at:] + parts[:at] if not part.manual and _is_open(found[part.id])), None)

    def _go_to(self, part: Part) -> None:
        self._part = part
        place = {"assignment": self._assignment.id, "part": part.id}
        try:
            progress.update(self._home, lambda known: msgspec.structs.replace(known, **place))
        except OutputError as error:
            say(str(error))

    def _press(self, key: str) -> bool:
        """Do what a key asks for; return false to quit."""
        if key in ("q", "\x04"):
            return False
        actions = {"h": self._hint, "n": self._next, "l": self._list, "c": self._all}
        if key in actions:
            actions[key]()
        elif key.isprintable() and key.strip():
            say(texts.WATCH_UNKNOWN_KEY.format(key=key, keys=texts.WATCH_KEYS))
        return True

    def _hint(self) -> None:
        if self._part is not None:
            try:
                say("", *hints.take(self._home, self._assignment, self._part).lines())
            except OutputError as error:
                say(str(error))

    def _next(self) -> None:
        following = self._next_open()
        if following is not None:
            self._go_to(following)
        if self._run is not None:
            say("")
            self._show_part(self._run)

    def _list(self) -> None:
        if self._run is None:
            return
        rows = []
        found = counts(self._assignment, self._run.verdicts)
        for part in self._assignment.parts:
            state = texts.STATE_MANUAL if part.manual else status.state_of(*found[part.id])
            here = ">" if part == self._part else ""
            rows.append((here, part.id, f"{part.points:g}", state))
        say("", *table(("", *texts.STATUS_HEAD[1:4]), rows))

    def _all(self) -> None:
        if self._run is not None:
            say("", *self._run.lines())
