"""A second Python process that has imported everything, and runs one assignment's public checks when asked.

`--watch` asks over a pipe, one line each way. So nobody waits for imports after a save, and the watch goes on whatever
a student's file does to its process (an endless loop, a crash), on every system.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from autograder.course import Assignment
from autograder.student.checks.verdict import Verdict
from autograder.student.terminal.run import Run


@dataclass(frozen=True)
class Reply:
    """A Run, or the line of an error. The first part may come alone before the rest; `last`: nothing follows."""

    run: Run | None
    problem: str
    last: bool


class Warm:
    """The other process, as the watch sees it."""

    def __init__(self, assignment: Assignment, folder: Path, course_file: Path, home: Path) -> None:
        self.assignment = assignment
        self._command = [sys.executable, "-m", __name__, assignment.id, str(folder), str(course_file), str(home)]
        self._replies: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._asked = 0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        self._replies = queue.SimpleQueue()
        packages = str(Path(__file__).parents[3])
        path = os.pathsep.join(filter(None, [packages, os.environ.get("PYTHONPATH", "")]))
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=_listen, args=(process.stdout, self._replies), daemon=True).start()
        return process

    def ask(self, part: str = "") -> None:
        """Have the checks run on the file as it is now, this part first; `reply` returns the outcome.

        A run that is still going is abandoned.
        """
        self._asked += 1
        if self._process.poll() is not None:
            self._process = self._start()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has just died; `reply` will say so
            self._process.stdin.write(f"{self._asked} {part}\n")
            self._process.stdin.flush()

    def reply(self, seconds: float) -> Reply | None:
        """Return what the run has given so far; None if nothing has come yet.

        Raises:
            EOFError: the process has ended.
        """
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            raise EOFError
        number, told = json.loads(line)
        if number != self._asked:
            return None  # of a run that nobody waits for any more
        if isinstance(told, str):
            return Reply(None, told, True)
        verdicts = [Verdict(**item) for item in told["verdicts"]]
        return Reply(Run(self.assignment, told["file"], verdicts, told["hidden"]), "", told["last"])

    def exit_code(self) -> int:
        """Return the exit code of the process that has ended."""
        return self._process.wait()

    def restart(self) -> None:
        """End the process, whatever it does, and start the next one."""
        self.close()
        self._process = self._start()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _listen(pipe: IO[str] | None, replies: queue.SimpleQueue[str | None]) -> None:
    with contextlib.suppress(ValueError, OSError):  # closed by `close`
        for line in pipe or ():
            replies.put(line)
    replies.put(None)


def main() -> None:
    """Serve runs until the watch closes the pipe."""
    with contextlib.suppress(OSError):  # the watch has gone, and its pipe with it
        _serve(*sys.argv[1:5])


def _serve(assignment_id: str, folder: str, course_file: str, home: str) -> None:
    from autograder import course as courses
    from autograder.student.terminal import compiler

    compiler.put_off()
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), 1
    )  # student code that prints below Python must not write into the replies
    assignment = courses.load(Path(course_file)).assignment(assignment_id)
    orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, orders), daemon=True).start()
    _import_all(assignment)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C while nothing runs is for the watch
            order = orders.get()
            while not orders.empty():  # after several saves only the last one counts
                order = orders.get()
            if order is None:
                return
            _run(wire, order, assignment, Path(folder), Path(home), lambda: not orders.empty())


def _run(
    wire: IO[str], order: str, assignment: Assignment, folder: Path, home: Path, superseded: Callable[[], bool]
) -> None:
    from autograder.base.errors import LossLabError
    from autograder.student.checks.session import Superseded
    from autograder.student.terminal.run import run

    number, _, part = order.strip().partition(" ")

    def send(value: Any) -> None:
        wire.write(json.dumps([int(number), value]) + "\n")
        wire.flush()

    try:
        made = run(assignment, folder, home, part, lambda early: send(_told(early, last=False)), superseded)
    except LossLabError as error:
        send(str(error))
    except Superseded:
        return
    else:
        send(_told(made, last=True))


def _told(made: Run, last: bool) -> Any:
    verdicts = [asdict(item) for item in made.verdicts]
    return {"file": made.file, "hidden": made.hidden, "verdicts": verdicts, "last": last}


def _import_all(assignment: Assignment) -> None:
    import importlib

    torch = ["torch", "torch.nn.functional"] if assignment.environment == "torch" else []
    for name in ("numpy", "pytest", *torch, *assignment.packages):
        with contextlib.suppress(ImportError):  # the run itself says what is missing
            importlib.import_module(name)


if __name__ == "__main__":
    main()
