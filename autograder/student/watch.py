"""`losslab check --watch`: each time the file is saved, the current part is run; keys do the rest."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from ..course import Assignment, Course, Part
from ..errors import OutputError
from ..public import texts
from . import hints, progress, status
from .keys import Keys, reading
from .run import Run, counts
from .screen import say, table
from .warm import Warm

POLL = 0.03
_GRACE = 2.0

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
    """Names, times and sizes of what can be saved in a folder: the file itself, and helpers beside it."""
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
    return passed < total or not total  # a run that was stopped has not come to it


class _Watch:
    """Which part is current, what the last run gave, and the warm process that runs."""

    def __init__(
        self, course: Course, assignment: Assignment, folder: Path, course_file: Path, home: Path, keys: Keys
    ) -> None:
        self._course, self._assignment, self._folder, self._home, self._keys = course, assignment, folder, home, keys
        known = progress.load(home)
        self._part = assignment.part(known.part) if known.assignment == assignment.id else None
        self._run: Run | None = None
        say(texts.WATCH_STARTING.format(assignment=assignment.id))
        self._warm = Warm(assignment, folder, course_file, home)

    def close(self) -> None:
        self._warm.close()

    def loop(self) -> int:
        seen = stamp(self._folder)
        self._check(seen)
        while True:
            try:
                key = self._keys(POLL)
                if key and not self._press(key):
                    break
                if stamp(self._folder) != seen:
                    seen = self._settled()
                    seen = self._check(seen)
            except KeyboardInterrupt:
                break
        if self._part is not None:
            say("", texts.WATCH_BYE.format(assignment=self._assignment.id, part=self._part.id))
        return 0 if self._run is not None and self._run.passed else 1

    def _settled(self) -> Stamp:
        """The files once an editor has finished: some empty a file first, and fill it then."""
        before = stamp(self._folder)
        for _ in range(20):
            if all(size for _, _, size in before):
                break
            time.sleep(0.01)
            before = stamp(self._folder)
        return before

    def _check(self, seen: Stamp) -> Stamp:
        """Run the file, show the current part, and return the state of the files that was run."""
        started = time.monotonic()
        self._warm.ask()
        while True:
            try:
                told = self._warm.reply(POLL)
            except EOFError:
                say(texts.WATCH_DIED.format(code=self._warm.exit_code()))
                self._warm.restart()
                return seen
            except KeyboardInterrupt:
                return self._interrupted(seen)
            if told is not None:
                self._show(told, time.monotonic() - started)
                return seen
            now = stamp(self._folder)
            if now != seen:  # saved again while it runs: the loop that never ended may be mended now
                say(texts.WATCH_AGAIN)
                seen = self._settled()
                self._warm.restart()
                self._warm.ask()

    def _interrupted(self, seen: Stamp) -> Stamp:
        """Ctrl-C reaches the other process, too, and stops the student's code there; what does not stop is ended."""
        until = time.monotonic() + _GRACE
        while time.monotonic() < until:
            try:
                told = self._warm.reply(POLL)
            except EOFError:
                break
            if told is not None:
                self._show(told, None)
                return seen
        say(texts.WATCH_STOPPED)
        self._warm.restart()
        return seen

    def _show(self, told: Run | str, seconds: float | None) -> None:
        say("")
        if isinstance(told, str):
            say(told, texts.WATCH_KEYS)
            return
        self._run = told
        if self._part is None or self._part.manual:
            self._go_to(self._next_open() or self._assignment.parts[0])
        self._show_part(seconds)

    def _show_part(self, seconds: float | None = None) -> None:
        run, part = self._run, self._part
        if run is None or part is None:
            return
        say(texts.WATCHING.format(file=run.file, part=part.id, title=part.title))
        say(*(run.lines(show_all=True, only=part.id)))
        passed, total, _ = counts(self._assignment, run.verdicts)[part.id]
        if 0 < total == passed:
            following = self._next_open()
            done = texts.WATCH_ALL_DONE.format(assignment=self._assignment.id)
            say(texts.WATCH_PART_DONE.format(part=part.id, following=following.id) if following else done)
        took = f" {texts.WATCH_SECONDS.format(seconds=seconds)}" if seconds is not None else ""
        say(texts.WATCH_KEYS + took)

    def _next_open(self) -> Part | None:
        """The first part after the current one that does not pass, going round."""
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
        """Do what a key asks for; false for leaving."""
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
            say("")
        self._show_part()

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
