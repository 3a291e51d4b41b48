"""The wall: what a submission can reach, and what its misbehaviour costs."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.base.errors import SandboxError
from autograder.course import Assignment, Course, Limits
from autograder.grading.batch import Batch, grade
from autograder.grading.failures import CallFailed, MissingFunction, NotStarted, StudentRaised
from autograder.grading.proxy import Student
from autograder.intake.submission import Submission
from autograder.jail import clock, mounts, walls
from autograder.jail.jail import Jail, why_not
from autograder.worker import confine, zygote

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
def end_the_loop(): raise StopIteration("nothing left")
def log_sofmax(x): return x
def user(): return os.getuid(), os.getpid()
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


def test_torch_is_only_a_stand_in_that_says_so_when_used(anywhere: Any) -> None:
    with pytest.raises(StudentRaised, match="from scratch"):
        anywhere.use_torch()


LISTING = "import json, os; print(json.dumps({path: os.listdir(path) for path in %r}))"


@pytest.mark.parametrize("name", [wall.name for wall in walls.WALLS if wall.bubblewrap])
def test_only_interpreter_and_libraries_are_mounted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look from inside the jail, before Landlock hides files from the worker."""
    places = ("/", "/usr", "/kit/autograder", "/python/site", "/python/lib/python3.11/site-packages", "/proc")
    monkeypatch.setattr(mounts, "BOOT", LISTING % (places,))
    command = walls.command(walls.by_name(name), ("msgspec", "numpy"), 0)
    seen = json.loads(subprocess.run(command, capture_output=True, check=True, cwd="/").stdout)
    assert set(seen["/"]) <= {"dev", "etc", "kit", "lib", "lib64", "proc", "python", "tmp", "usr"}
    assert set(seen["/usr"]) <= {"lib", "lib64"}
    assert seen["/kit/autograder"] == ["worker"]
    assert "torch" not in seen["/python/site"]
    assert seen["/python/lib/python3.11/site-packages"] == []
    assert walls.by_name(name).nested or seen["/proc"] == ["cpuinfo"]


def test_no_worker_can_list_the_files_of_the_machine(anywhere: Any) -> None:
    if not confine.landlock_version():
        pytest.skip("without Landlock in the kernel, folders can be listed")
    for path in ("/", "/usr", "/proc", "/tmp/.."):
        with pytest.raises(PermissionError):
            anywhere.listing(path)


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
def test_a_call_that_ends_the_worker_costs_only_that_call(anywhere: Any, function: str, status: str) -> None:
    with pytest.raises(CallFailed) as caught:
        getattr(anywhere, function)()
    assert caught.value.status == status
    assert anywhere.double(2) == 4


def test_a_call_that_sleeps_is_stopped_like_one_that_computes(anywhere: Any) -> None:
    for function, arguments in (("nap", (60,)), ("loop", ())):
        started = time.monotonic()
        with pytest.raises(CallFailed, match="took longer than 1 s") as stopped:
            getattr(anywhere, function)(*arguments)
        assert not stopped.value.again and not anywhere.starved
        assert time.monotonic() - started >= 1.0


def test_waiting_for_a_busy_machine_is_not_a_workers_own_time(anywhere: Any) -> None:
    """The worker is stopped for longer than a call may take, as on a busy machine, and loses nothing."""
    anywhere.double(1)
    pid, spent = anywhere._process.worker._clock._pid, anywhere.spent
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(1.5, os.kill, (pid, signal.SIGCONT)).start()
    assert anywhere.double(2) == 4
    assert anywhere.spent - spent < 0.5


def test_threads_that_wait_together_excuse_only_the_time_that_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise a worker that sleeps could wake many threads now and then, and seem to be starved."""
    waited = {"1": 3.0, "2": 5.0}
    monkeypatch.setattr(clock, "_waited", lambda path: waited[path.removesuffix("/schedstat")])
    watched = clock.WorkerClock(None)
    monkeypatch.setattr(watched, "_threads", lambda: list(waited))
    watched.newly_waited()
    for change, newly in (({"1": 3.5, "2": 6.0}, 1.0), ({"3": 0.25}, 0.25), ({}, 0.0), ({"1": 4.5, "3": 0.5}, 1.0)):
        waited.update(change)
        assert watched.newly_waited() == newly
    del waited["1"], waited["2"]
    assert watched.newly_waited() == 0.0


@pytest.fixture
def crowded_core() -> Iterator[None]:
    """This process and its children share one core with five others that only compute."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    crowd = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(5)]
    yield
    for process in crowd:
        process.kill()
        process.wait()
    os.sched_setaffinity(0, cores)


@pytest.mark.usefixtures("crowded_core")
def test_a_right_answer_loses_nothing_on_a_crowded_machine(course: Course) -> None:
    source = "import time\nuntil = time.process_time() + 0.3\nwhile time.process_time() < until: pass\n" + SLOW
    with Jail(walls.by_name("bubblewrap"), ("msgspec", "numpy"), ("numpy",)) as jail:
        limits = Limits(call_seconds=0.6, load_seconds=0.6, submission_seconds=2.0, memory_mb=256)
        submission = Submission("s", course.assignments[0].id, source)
        with Student(jail, submission, course.assignments[0], limits) as student:
            started = time.monotonic()
            assert [student.compute(0.3) for _ in range(4)] == ["done"] * 4
            assert student.notes == [] and not student.starved
            assert time.monotonic() - started > 2.0  # or the machine was not crowded


def test_a_part_that_uses_up_its_time_leaves_the_time_of_other_parts(course: Course) -> None:
    with Jail(walls.by_name("bubblewrap"), ("msgspec", "numpy"), ("numpy",)) as jail:
        limits = Limits(call_seconds=1.0, load_seconds=5, submission_seconds=1.8, memory_mb=256)
        submission = Submission("s", course.assignments[0].id, "import time\n" + SLOW)
        with Student(jail, submission, course.assignments[0], limits) as student:
            student.works_on("greedy")
            with pytest.raises(CallFailed, match=r"this part used up its 0.6 s"):
                [student.compute(0.25) for _ in range(4)]
            with pytest.raises(CallFailed, match=r"this part used up its 0.6 s"):
                student.compute(0.0)
            student.works_on("another")
            assert student.compute(0.25) == "done"


SLOW = """
def compute(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
    return "done"
"""


def test_a_worker_that_never_gets_the_processor_is_the_machines_fault(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock.Deadline, "FAR", 1.0)
    monkeypatch.setattr(clock.Deadline, "FAR_MORE", 0.0)
    with (
        Jail(walls.by_name("bubblewrap"), ("msgspec", "numpy"), ("numpy",)) as jail,
        open_student(jail, course.assignments[0]) as student,
    ):
        for patient in (False, True):
            student.patient = patient
            student.double(1)
            assert student._process.worker is not None and student._process.worker._clock._pid is not None
            os.kill(student._process.worker._clock._pid, signal.SIGSTOP)
            with pytest.raises(CallFailed) as failure:
                student.double(2)
            assert failure.value.again and student.starved == patient


def test_a_file_grows_only_to_its_limit(anywhere: Any) -> None:
    with pytest.raises((OSError, CallFailed)):
        anywhere.write_bomb()
    assert anywhere.double(2) == 4


def test_a_folder_of_any_depth_is_removed(tmp_path: Path) -> None:
    top = tmp_path / "submission-x"
    here = os.getcwd()
    top.mkdir()
    os.chdir(top)
    for _ in range(3000):
        os.mkdir("d")
        Path("f").write_text("x")
        os.symlink("/nowhere", "l")
        os.chdir("d")
    os.chdir(here)
    zygote._remove(str(top))
    assert not top.exists()


def test_an_exception_arrives_as_the_builtin_of_its_name(anywhere: Any) -> None:
    with pytest.raises(ValueError, match=r"\(3,\)"):
        anywhere.refuse()


def test_an_exception_that_ends_loops_does_not_end_those_of_a_check(anywhere: Any) -> None:
    """A check may use all(map(...)), where a StopIteration would mean that all were right."""
    with pytest.raises(StudentRaised) as caught:
        assert not all(map(lambda _: anywhere.end_the_loop(), range(3)))
    assert caught.value.type_name == "StopIteration"


def test_a_stub_is_reported_as_not_started(anywhere: Any) -> None:
    with pytest.raises(NotStarted):
        anywhere.stub()


def test_a_missing_function_is_named_with_the_most_similar_one(anywhere: Any) -> None:
    with pytest.raises(MissingFunction, match="`log_softmax` is missing; did you mean `log_sofmax`"):
        anywhere.log_softmax([1])


def test_a_neighbours_process_is_not_seen(course: Course) -> None:
    with (
        Jail(walls.by_name("bubblewrap"), ("msgspec", "numpy"), ("numpy",)) as jail,
        open_student(jail, course.assignments[0]) as one,
        open_student(jail, course.assignments[0]) as two,
    ):
        assert one.double(1) == 2
        uid, pid = two.user()
        assert uid != 0 and pid == 1
        with pytest.raises(OSError, match=r"Permission denied|No such file"):
            two.read("/proc/1/status")


def test_without_a_wall_grading_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.jail import jail

    monkeypatch.setattr(jail, "why_not", lambda wall, packages=(): "not here")
    with pytest.raises(SandboxError, match="install bubblewrap"):
        jail.first_that_works()


def test_every_limit_of_the_course_is_positive() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        msgspec.convert({"call_seconds": 0}, Limits)


def test_a_process_that_was_forked_has_a_jail_of_its_own(jail: Jail, course: Course) -> None:
    """The forked process neither waits for its parent's jail nor ends it."""
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
    """The jail may have been killed as well: until it is gone, it still accepts requests."""
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
def test_a_jail_that_is_killed_costs_exactly_one_more_try(jail: Jail, course: Course, below: int) -> None:
    """A killed jail, first process or zygote takes a while to end, and still accepts requests until then."""

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
    message = jail._start_message
    killed: list[int] = []

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


def test_a_jail_that_breaks_down_fails_no_submission(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
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
