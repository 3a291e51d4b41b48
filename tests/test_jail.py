"""The wall: what a submission can reach, and what its misbehaviour costs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.course import Assignment, Course, Limits
from autograder.errors import SandboxError
from autograder.grading.batch import Batch, grade
from autograder.grading.student import CallFailed, MissingFunction, NotStarted, Student, StudentRaised
from autograder.intake.submission import Submission
from autograder.jail import walls
from autograder.jail.jail import Jail, why_not

ROOT = Path(__file__).parent.parent
LIMITS = Limits(call_seconds=1.0, load_seconds=5.0, memory_mb=256)

SOURCE = """
import os, sys, socket
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

1 / 0

def double(x): return 2 * np.asarray(x)
def use_torch(): return F.mse_loss(1, 2)
def listing(path): return sorted(os.listdir(path))
def read(path): return open(path).read()
def variables(): return dict(os.environ)
def open_socket(): socket.socket()
def start_process(): return os.fork()
def run_program(): return os.execv("/python/bin/python3", ["python3"])
def nap(seconds):
    import time
    time.sleep(seconds)
    return "awake"
def loop():
    while True: pass
def stubborn():
    while True:
        try:
            while True: pass
        except BaseException: pass
def allocate(): return bytes(4 << 30)
def crash():
    import ctypes
    ctypes.string_at(0)
def leave(): os._exit(3)
def write_bomb():
    with open("/tmp/bomb", "wb") as file:
        while True: file.write(bytes(1 << 20))
def flood(): return np.zeros(10_000_000)
def refuse(): raise ValueError("shapes (3,) and (3, 1)")
def stub(): raise NotImplementedError()
def log_sofmax(x): return x
def user(): return os.getuid(), os.getpid(), os.listdir("/proc")
def write_home(): open("/kit/x", "w")
"""


@pytest.fixture(scope="module", params=[wall.name for wall in walls.WALLS])
def any_jail(request: pytest.FixtureRequest) -> Iterator[Jail]:
    yield from open_jail(request.param)


@pytest.fixture(scope="module", params=[wall.name for wall in walls.WALLS if wall.bubblewrap])
def jail(request: pytest.FixtureRequest) -> Iterator[Jail]:
    yield from open_jail(request.param)


def open_jail(name: str) -> Iterator[Jail]:
    wall = walls.by_name(name)
    reason = why_not(wall)
    if wall.own_user and reason == "needs root":
        pytest.skip("the uid wall needs root")
    assert reason is None, f"{wall.name}: {reason}"
    with Jail(wall, ("msgspec", "numpy"), ("numpy",)) as jail:
        yield jail


@pytest.fixture
def student(jail: Jail, course: Course) -> Iterator[Student]:
    with open_student(jail, course.assignments[0]) as student:
        yield student


@pytest.fixture
def anywhere(any_jail: Jail, course: Course) -> Iterator[Student]:
    """A submission behind each of the four walls."""
    with open_student(any_jail, course.assignments[0]) as student:
        yield student


def open_student(jail: Jail, assignment: Assignment, source: str = SOURCE) -> Student:
    return Student(jail, Submission("s", assignment.id, source), assignment, LIMITS)


def test_a_call_gives_the_value_back(anywhere: Any) -> None:
    assert np.array_equal(anywhere.double([1, 2]), [2, 4])


def test_a_statement_that_fails_is_noted_and_the_rest_loads(anywhere: Any) -> None:
    anywhere.double(1)
    assert [(note.line, note.text) for note in anywhere.notes] == [(8, "ZeroDivisionError: division by zero")]


def test_torch_is_only_a_stand_in_that_says_so(anywhere: Any) -> None:
    with pytest.raises(StudentRaised, match="from scratch"):
        anywhere.use_torch()


def test_only_interpreter_and_libraries_are_mounted(student: Any) -> None:
    assert set(student.listing("/")) <= set(["dev", "etc", "kit", "lib", "lib64", "proc", "python", "tmp", "usr"])
    assert set(student.listing("/usr")) <= {"lib", "lib64"}
    assert student.listing("/kit/autograder") == ["worker"]
    assert "torch" not in student.listing("/python/site")
    assert student.listing("/python/lib/python3.11/site-packages") == []


@pytest.mark.parametrize("path", ["/root", "/home", "/etc/passwd", "/proc/1/environ", "/sys"])
def test_nothing_else_of_the_machine_can_be_read(student: Any, path: str) -> None:
    with pytest.raises(OSError, match=r"Permission denied|No such file|Is a directory"):
        student.read(path)


def test_the_environment_is_not_that_of_the_grader(anywhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(anywhere.variables()) <= {*walls.environment(inside=True), "PWD", "LC_CTYPE"}


@pytest.mark.parametrize("function", ["open_socket", "start_process", "run_program", "write_home"])
def test_network_processes_programs_and_the_kit_are_refused(anywhere: Any, function: str) -> None:
    with pytest.raises(OSError):
        getattr(anywhere, function)()


@pytest.mark.parametrize(
    ("function", "status"),
    [
        ("loop", "timeout"),
        ("stubborn", "timeout"),
        ("allocate", "memory"),
        ("crash", "crash"),
        ("leave", "crash"),
        ("flood", "memory"),
    ],
)
def test_a_call_that_ends_the_worker_costs_that_call_only(anywhere: Any, function: str, status: str) -> None:
    with pytest.raises(CallFailed) as caught:
        getattr(anywhere, function)()
    assert caught.value.status == status
    assert anywhere.double(2) == 4


def test_a_call_that_slept_through_its_time_deserves_another_try_and_a_busy_one_does_not(anywhere: Any) -> None:
    with pytest.raises(CallFailed) as slept:
        anywhere.nap(60)
    assert slept.value.again
    # On a machine that is busy with other things the loop may truly have starved once.
    assert not all(loops_starved(anywhere) for _ in range(4))
    anywhere.patient = True
    assert anywhere.nap(1.3) == "awake"


def loops_starved(anywhere: Any) -> bool:
    with pytest.raises(CallFailed) as busy:
        anywhere.loop()
    return busy.value.again


def test_a_file_grows_only_to_its_limit(anywhere: Any) -> None:
    with pytest.raises((OSError, CallFailed)):
        anywhere.write_bomb()
    assert anywhere.double(2) == 4


def test_an_exception_arrives_as_the_builtin_of_its_name(anywhere: Any) -> None:
    with pytest.raises(ValueError, match=r"\(3,\)"):
        anywhere.refuse()


def test_a_stub_is_not_started(anywhere: Any) -> None:
    with pytest.raises(NotStarted):
        anywhere.stub()


def test_a_missing_function_is_named_with_its_neighbour(anywhere: Any) -> None:
    with pytest.raises(MissingFunction, match="`log_softmax` is missing; did you mean `log_sofmax`"):
        anywhere.log_softmax([1])


def test_a_neighbours_process_is_not_seen(course: Course) -> None:
    with (
        Jail(walls.by_name("bubblewrap"), ("msgspec", "numpy"), ("numpy",)) as jail,
        open_student(jail, course.assignments[0]) as one,
        open_student(jail, course.assignments[0]) as two,
    ):
        assert one.double(1) == 2
        uid, pid, processes = two.user()
        assert uid != 0 and pid == 1 and processes == []


def test_without_a_wall_grading_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.jail import jail

    monkeypatch.setattr(jail, "why_not", lambda wall, packages=(): "not here")
    with pytest.raises(SandboxError, match="install bubblewrap"):
        jail.first_that_works()


def test_every_limit_of_the_course_is_positive() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        msgspec.convert({"call_seconds": 0}, Limits)


def test_a_process_that_was_forked_has_a_jail_of_its_own(jail: Jail, course: Course) -> None:
    """It neither waits for its parent's nor ends it."""
    with open_student(jail, course.assignments[0]) as student:
        assert student.double([1]).tolist() == [2]
    before = jail.pid

    def child() -> None:
        with open_student(jail, course.assignments[0]) as student:
            right = student.double([1, 2]).tolist() == [2, 4]
        own = jail.pid not in (None, before)
        jail.close()
        os._exit(0 if right and own else 1)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(20.0)
    process.kill()
    process.join()
    assert process.exitcode == 0
    with open_student(jail, course.assignments[0]) as student:
        assert student.double([3]).tolist() == [6]
    assert jail.pid == before or jail.wall.once


def test_a_worker_that_was_killed_from_outside_takes_its_jail_along(jail: Jail, course: Course) -> None:
    """Whoever killed it may have killed the jail, which is then about to die, and would take orders until it does."""
    with open_student(jail, course.assignments[0]) as student:
        assert student.double([1, 2]).tolist() == [2, 4]
        assert jail.pid is not None
        target = jail.pid
        while children := Path(f"/proc/{target}/task/{target}/children").read_text().split():
            target = int(children[-1])
        os.kill(target, signal.SIGKILL)
        with pytest.raises(CallFailed) as failure:
            student.double([1, 2])
        assert failure.value.again and jail.pid is None
        assert student.double([1, 2]).tolist() == [2, 4]


@pytest.mark.parametrize("below", [0, 1, 2])
def test_a_jail_that_is_killed_costs_another_try_and_never_two(jail: Jail, course: Course, below: int) -> None:
    """What is killed takes a while to be gone, and still takes orders meanwhile: the jail, its first process, the zygote."""

    def double(student: Student) -> list[int]:
        student.patient = False
        try:
            return student.double([1, 2]).tolist()  # type: ignore[no-any-return]
        except CallFailed as failure:
            assert failure.again
            student.patient = True
            return student.double([1, 2]).tolist()  # type: ignore[no-any-return]

    for number in range(24):
        with open_student(jail, course.assignments[0]) as student:
            assert double(student) == [2, 4]
            assert jail.pid is not None
            target = jail.pid
            for _ in range(below):
                target = int(Path(f"/proc/{target}/task/{target}/children").read_text().split()[0])
            os.kill(target, signal.SIGKILL)
            time.sleep(number % 3 / 1000)
            assert double(student) == [2, 4]


def test_a_jail_that_is_killed_while_it_starts_is_started_again(
    jail: Jail, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    jail.close()
    message, killed = jail._start_message, []

    def kill_once() -> Any:
        if not killed:
            assert jail.pid is not None
            killed.append(jail.pid)
            os.kill(jail.pid, signal.SIGKILL)
        return message()

    monkeypatch.setattr(jail, "_start_message", kill_once)
    with open_student(jail, course.assignments[0]) as student:
        assert student.double([1, 2]).tolist() == [2, 4]
    assert killed


def test_a_jail_that_breaks_down_is_no_submissions_failure(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def spawn(self: Jail, limits: Any) -> Any:
        raise SandboxError("the jail forks no more workers")

    monkeypatch.setattr(Jail, "spawn", spawn)
    batch = Batch(course, "01-mse", [Submission("s", "01-mse", SOURCE)], str(ROOT), "bubblewrap")
    with pytest.raises(SandboxError, match="no more workers"):
        grade(batch)


@pytest.mark.parametrize("function", ["stubborn", "double"])
def test_a_worker_whose_guard_was_killed_does_not_outlive_its_submission(
    jail: Jail, course: Course, function: str
) -> None:
    with open_student(jail, course.assignments[0]) as student:
        assert student.double([1, 2]).tolist() == [2, 4]
        assert jail.pid is not None
        family = [jail.pid]
        while children := Path(f"/proc/{family[-1]}/task/{family[-1]}/children").read_text().split():
            family.append(int(children[-1]))
        os.kill(family[-2], signal.SIGKILL)
        if function == "stubborn":
            with pytest.raises(CallFailed, match="took longer"):
                student.stubborn()
    until = time.monotonic() + 2.0
    while Path(f"/proc/{family[-1]}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{family[-1]}").exists()
