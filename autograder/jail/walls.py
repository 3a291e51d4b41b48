"""The walls between grader and submission, strongest first, and the command that starts each zygote."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.base.errors import SandboxError
from autograder.jail import mounts, seccomp

NOBODY = 65534
_UID_BASE = 61000
INSTALL_HINT = "install bubblewrap (`sudo apt-get install bubblewrap`, or `dnf install bubblewrap`)"


@dataclass(frozen=True)
class Wall:
    """A way to confine submissions.

    `nested`: each worker enters namespaces of its own. `once`: a jail serves only one submission.
    `own_user`: each worker becomes another user. `automatic`: may be chosen without being named by the user.
    """

    name: str
    bubblewrap: bool
    nested: bool
    once: bool
    own_user: bool
    automatic: bool
    summary: str


WALLS = (
    Wall("bubblewrap", True, True, False, False, True, "one jail, each worker in namespaces of its own"),
    Wall("bubblewrap-once", True, False, True, False, True, "a jail for each submission"),
    Wall("uid", False, False, False, True, True, "another user for each submission, seccomp, limits"),
    Wall("process", False, False, False, False, False, "limits only; must be asked for by name"),
)


def by_name(name: str) -> Wall:
    """Return the wall with this name. Raises SandboxError."""
    for wall in WALLS:
        if wall.name == name:
            return wall
    raise SandboxError(f"--sandbox {name}: no such wall; there are {', '.join(wall.name for wall in WALLS)}")


def command(wall: Wall, packages: tuple[str, ...], control_fd: int) -> list[str]:
    """Return the command that starts the wall's zygote. Raises SandboxError if bubblewrap is missing."""
    if not wall.bubblewrap:
        return [sys.executable, *_FLAGS, _boot_outside(packages), str(control_fd)]
    tool = shutil.which("bwrap")
    if tool is None:
        raise SandboxError(f"bubblewrap is not installed: {INSTALL_HINT}")
    options = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "jail", "--chdir", "/tmp"]
    if os.geteuid() == 0:
        # Root needs no user namespace to build the jail; the zygote becomes nobody before anything else.
        options += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user"]
    for name, value in environment(inside=True).items():
        options += ["--setenv", name, value]
    return [
        tool,
        *options,
        *mounts.bubblewrap_arguments(packages, processes=wall.nested),
        "--",
        mounts.PYTHON,
        *_FLAGS,
        mounts.BOOT,
        str(control_fd),
    ]


_FLAGS = ("-I", "-S", "-B", "-c")


def environment(inside: bool) -> dict[str, str]:
    """Return the environment variables of the jail: one thread per library, and the folder of libpython."""
    threads = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    basics = {"PATH": "/python/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "TMPDIR": "/tmp", "MPLBACKEND": "Agg"}
    return {**threads, **basics, **({"LD_LIBRARY_PATH": "/python/lib"} if inside else {})}


def _boot_outside(packages: Sequence[str]) -> str:
    """Return the code that starts a zygote outside bubblewrap, where it can import only what the environment names.

    A finder that knows only those distributions replaces the import path: torch, which is installed next to
    NumPy for the grader, cannot be imported in a from-scratch exercise.
    """
    tops = sorted({path.name.partition(".")[0] for path in mounts.distribution_paths(tuple(packages))})
    site = sorted({str(path.parent) for path in mounts.distribution_paths(tuple(packages))})
    package_parent = str(mounts.worker_folder().parent.parent)
    return (
        "import sys, importlib.machinery as m\n"
        f"tops, site = {set(tops)!r}, {site!r}\n"
        "class Named:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if path is None and name in tops: return m.PathFinder.find_spec(name, site)\n"
        "class Kit:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        if name == 'autograder': return m.ModuleSpec(name, None, is_package=True)\n"
        "        if name == 'autograder.worker':\n"
        f"            return m.PathFinder.find_spec(name, [{package_parent!r} + '/autograder'])\n"
        "sys.path[:] = [p for p in sys.path if not p.endswith(('site-packages', 'dist-packages'))]\n"
        "sys.meta_path += [Named, Kit]\n"
        "sys.dont_write_bytecode = True\n"
        "from autograder.worker import zygote\n"
        "sys.meta_path.remove(Kit)\n"
        "zygote.main(int(sys.argv[1]))\n"
    )


def worker_uid(wall: Wall) -> int | None:
    """Return the user id for a worker of this wall, different for each grading process; None to keep its own."""
    return _UID_BASE + os.getpid() % 1000 if wall.own_user else None


@functools.cache
def filters() -> seccomp.Programs:
    """Return the seccomp filters; empty ones if the machine does not support them."""
    if platform.system() != "Linux":
        return seccomp.Programs(b"", b"", b"", b"")
    try:
        return seccomp.programs()
    except OSError:
        return seccomp.Programs(b"", b"", b"", b"")
