"""Submissions are read in a separate process that can be stopped, and that can do nothing but read."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.base.errors import SandboxError
from autograder.intake import bounded, confined
from autograder.worker import confine

ROOT = Path(__file__).parent.parent
LIMITS = bounded.Limits(cpu_seconds=1, wall_seconds=20.0, memory_mb=64, reply_bytes=1 << 20)


def _loop() -> bytes:
    while True:
        pass


def _flood() -> bytes:
    return bytes(2 << 20)


def _hoard() -> bytes:
    return bytes(200 << 20)[:1]


def _crash() -> bytes:
    ctypes.string_at(1)
    return b""


def _sleep() -> bytes:
    time.sleep(60)
    return b""


def _fail() -> bytes:
    raise KeyError("a fault of ours")


def _leave() -> bytes:
    os._exit(0)


def _close_and_sleep() -> bytes:
    os.closerange(3, 100)
    time.sleep(60)
    return b""


WORK: dict[str, Callable[[], bytes]] = {
    name: globals()[f"_{name}"]
    for name in ("loop", "flood", "hoard", "crash", "sleep", "fail", "leave", "close_and_sleep")
}
FORBIDDEN: dict[str, Callable[[], object]] = {
    "read the references": lambda: (ROOT / "solutions" / "01-mse" / "mse.py").read_bytes(),
    "read the table of users": lambda: Path("/etc/passwd").read_bytes(),
    "write a file": lambda: Path("/tmp/losslab-attack-was-here").write_bytes(b"x"),
    "open a connection": lambda: socket.socket(),
    "start a program": lambda: subprocess.run(["true"]),
    "make a process": os.fork,
    "signal its parent": lambda: os.kill(os.getppid(), 0),
    "write to what its parent has open": lambda: os.write(INHERITED[0], b"x"),
}
INHERITED: list[int] = []


def work(request: bytes) -> bytes:
    name = request.decode()
    if name in WORK:
        return WORK[name]()
    if name in FORBIDDEN:
        try:
            FORBIDDEN[name]()
        except OSError as error:
            return str(error.errno).encode()
        return b"done"
    return request


@pytest.fixture
def reader() -> Iterator[bounded.Reader]:
    reader = bounded.Reader(work, LIMITS)
    yield reader
    reader.close()


def test_an_answer_of_any_size_within_bounds_comes_back(reader: bounded.Reader) -> None:
    assert [reader.ask(data) for data in (b"", b"x", b"y" * 1_000_000)] == [b"", b"x", b"y" * 1_000_000]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("loop", "takes more than 1 s to read"),
        ("hoard", "takes more than 64 MiB to read"),
        ("flood", "breaks what reads it"),
        ("crash", "breaks what reads it"),
        ("fail", "breaks what reads it"),
        ("leave", "breaks what reads it"),
        ("close_and_sleep", "breaks what reads it"),
    ],
)
def test_work_that_takes_too_much_is_stopped_and_the_next_is_read(
    reader: bounded.Reader, name: str, reason: str
) -> None:
    started = time.monotonic()
    with pytest.raises(bounded.Ended, match=reason):
        reader.ask(name.encode())
    assert reader.ask(b"next") == b"next"
    assert time.monotonic() - started < 20


def test_a_reader_that_sleeps_is_stopped_by_wall_time() -> None:
    reader = bounded.Reader(work, LIMITS._replace(wall_seconds=0.3))
    with pytest.raises(bounded.Ended, match=r"takes more than 0.3 s to read") as ended:
        reader.ask(b"sleep")
    assert not ended.value.starved  # its own doing: to read it again would give the same
    assert reader.ask(b"next") == b"next"
    reader.close()


@pytest.fixture
def stopped() -> Iterator[bounded.Reader]:
    """A reader that gets no processor time, with a short limit."""
    reader = bounded.Reader(work, LIMITS._replace(wall_seconds=0.3, far_seconds=2.0))
    assert reader.ask(b"first") == b"first" and reader._process is not None
    os.kill(reader._process._pid, signal.SIGSTOP)
    yield reader
    reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell how long a process has waited")
def test_waiting_for_a_busy_machine_does_not_count_against_a_hand_in(stopped: bounded.Reader) -> None:
    assert stopped._process is not None
    threading.Timer(0.8, os.kill, (stopped._process._pid, signal.SIGCONT)).start()
    assert stopped.ask(b"second") == b"second"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell how long a process has waited")
def test_a_reader_that_never_gets_the_processor_is_the_machines_fault(stopped: bounded.Reader) -> None:
    with pytest.raises(bounded.Ended, match="the machine was too busy") as ended:
        stopped.ask(b"second")
    assert ended.value.starved
    assert stopped.ask(b"next") == b"next"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have neither seccomp nor Landlock")
@pytest.mark.skipif(not confine.landlock_version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_code_that_takes_over_the_reader_can_do_nothing_with_it(reader: bounded.Reader, name: str) -> None:
    read_end, write_end = os.pipe()
    INHERITED[:] = [write_end]
    try:
        assert reader.ask(name.encode()) != b"done"
    finally:
        os.close(read_end)
        os.close(write_end)


def test_the_process_is_reused_and_replaced_in_time() -> None:
    reader = bounded.Reader(lambda request: str(os.getpid()).encode(), LIMITS, pieces=3)
    pids = [reader.ask(b"") for _ in range(7)]
    reader.close()
    assert [len({*pids[:3]}), len({*pids[3:6]}), len({*pids})] == [1, 1, 3]
    assert str(os.getpid()).encode() not in pids


def test_a_reader_that_is_killed_from_outside_is_asked_again(reader: bounded.Reader) -> None:
    pid = bounded.Reader(lambda request: str(os.getpid()).encode(), LIMITS)
    os.kill(int(pid.ask(b"")), signal.SIGKILL)
    assert int(pid.ask(b"")) > 0
    pid.close()


def test_a_machine_where_no_reader_runs_is_no_students_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "confine", lambda *_: os._exit(1))
    reader = bounded.Reader(bytes, LIMITS)
    with pytest.raises(SandboxError, match="does not run here"):
        reader.ask(b"work")


def test_time_is_counted_for_each_piece_of_work() -> None:
    def spend(request: bytes) -> bytes:
        until = time.process_time() + 0.6
        while time.process_time() < until:
            pass
        return b"spent"

    reader = bounded.Reader(spend, LIMITS)
    assert [reader.ask(b"") for _ in range(4)] == [b"spent"] * 4
    reader.close()


def test_nothing_is_left_running(reader: bounded.Reader) -> None:
    pids = bounded.Reader(lambda request: str(os.getpid()).encode(), LIMITS)
    pid = int(pids.ask(b""))
    pids.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_reader_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\nfrom autograder.intake import bounded\n"
        "reader = bounded.Reader(lambda request: str(os.getpid()).encode())\n"
        "print(int(reader.ask(b'')), flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT)
    until = time.monotonic() + 5
    while Path(f"/proc/{int(done.stdout)}/cmdline").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{int(done.stdout)}/cmdline").exists() or not _command(int(done.stdout))


def _command(pid: int) -> bytes:
    """Return the command of a process; empty if it has ended but nobody has waited for it."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_without_fork_the_work_is_done_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "CAN_FORK", False)
    assert bounded.Reader(work).ask(b"at home") == b"at home"
