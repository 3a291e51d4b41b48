"""A few real attacks that `losslab doctor` runs on each wall, to see whether it holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.base.errors import SandboxError
from autograder.jail.jail import Jail
from autograder.jail.walls import Wall
from autograder.jail.worker import Worker
from autograder.worker import confine, messages, wire

_LIMITS = confine.Limits(cpu_seconds=10, memory_mb=128, scratch_mb=4, processes=8, statement_seconds=2.0)
_SECONDS, _MAX_BYTES = 5.0, 1 << 20

# Each function returns a list of what it got, which is empty if the wall held. `secret` is a file that the grader may
# read.
SOURCE = """
import os, resource, signal, socket, sys

def tried(*ways):
    got = []
    for name, way in ways:
        try:
            way()
            got.append(name)
        except (OSError, ValueError, MemoryError):
            continue
    return got

def read_files(secret):
    return tried(("a secret file", lambda: open(secret).read()), ("the table of users", lambda: open("/etc/passwd").read()))

def write_files(secret):
    places = [os.path.dirname(secret), os.path.dirname(sys.modules["autograder.worker.wire"].__file__), "/", "/dev/shm"]
    return tried(*((place, lambda place=place: open(os.path.join(place, "losslab-doctor"), "x")) for place in places))

def start_processes(secret):
    def fork():
        if os.fork() == 0:
            os._exit(0)
    return tried(("a process", fork), ("a program", lambda: os.posix_spawn("/bin/true", ["true"], {})))

def open_sockets(secret):
    return tried(("the network", lambda: socket.socket()), ("a local socket", lambda: socket.socket(socket.AF_UNIX)))

def signal_others(secret):
    return tried(*((f"process {pid}", lambda pid=pid: os.kill(pid, 0)) for pid in range(2, 300) if pid != os.getpid()))

def raise_limits(secret):
    free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    return tried(*((str(which), lambda which=which: resource.setrlimit(which, free)) for which in (0, 1, 6, 7, 9)))

def take_memory(secret):
    return tried(("a GiB", lambda: bytes(1 << 30)))

def read_environment(secret):
    return [name for name in os.environ if name.startswith("LOSSLAB")]
"""

ATTACKS = {
    "read_files": "reading secret files",
    "write_files": "writing outside the scratch space",
    "read_environment": "reading the grader's environment",
    "start_processes": "starting processes and programs",
    "open_sockets": "opening sockets",
    "signal_others": "signalling other processes",
    "raise_limits": "raising its own limits",
    "take_memory": "taking more memory than it may",
}


@dataclass(frozen=True)
class Finding:
    """What one attack got on a wall; an empty list if the wall held."""

    attack: str
    got: list[str]


def run(wall: Wall, source: str = SOURCE) -> Iterator[Finding]:
    """Run each attack against one wall. Raises SandboxError if no worker answers."""
    with tempfile.TemporaryDirectory() as folder, Jail(wall, ("msgspec", "numpy"), ()) as jail:
        os.chmod(folder, 0o755)  # the wall must keep it out of reach, not its permissions
        secret = Path(folder) / "secret.txt"
        secret.write_text("secret")
        worker = jail.spawn(_LIMITS)
        try:
            _ask(worker, messages.Load(1, "attacks.py", source))
            for function, what in ATTACKS.items():
                reply = _ask(worker, messages.Call(1, function, wire.pack([[str(secret)], {}])))
                got = reply.value if isinstance(reply, messages.Returned) else None
                yield Finding(what, list(map(str, got)) if isinstance(got, list) else ["no answer"])
        finally:
            worker.kill()
            for place in ("/dev", "/dev/shm", "/", str(Path(wire.__file__).parent)):
                Path(place, "losslab-doctor").unlink(missing_ok=True)


def _ask(worker: Worker, request: messages.Request) -> messages.Reply:
    try:
        return worker.ask(request, _SECONDS, _MAX_BYTES)
    except messages.Failures as error:
        raise SandboxError(f"an attack ended the worker ({type(error).__name__})") from None
