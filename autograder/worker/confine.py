"""Confine the current process: a worker gives up names, rights, space and time before it touches a submission."""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
from typing import Any

import msgspec

_NEWNS, _NEWUSER, _NEWPID, _NEWIPC, _NEWUTS = 0x20000, 0x10000000, 0x20000000, 0x8000000, 0x4000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522
_MIB = 1 << 20
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
# Execute (1), write (2), read a file (4), list a folder (8). The rights that apply to a file also include truncate.
_LANDLOCK_READ, _LANDLOCK_OF_FILES = 1 | 4 | 8, 1 | 2 | 4 | 1 << 14

libc = ctypes.CDLL(None, use_errno=True)


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one worker: seconds of CPU, MiB of memory beyond what the zygote holds, MiB of scratch space."""

    cpu_seconds: int
    memory_mb: int
    scratch_mb: int
    processes: int
    statement_seconds: float


class Confinement(msgspec.Struct, frozen=True):
    """How the zygote confines its workers and itself; which fields apply depends on the wall.

    `seccomp`, `zygote_filter` and `guard_filter` are compiled filters of system calls; empty means no filter.
    """

    namespaces: bool
    uid: int | None
    seccomp: bytes
    readable: list[str] = []
    zygote_filter: bytes = b""
    guard_filter: bytes = b""


def enter_namespaces() -> None:
    """Put the children of this process into new user, mount, pid, ipc and uts namespaces. Raises OSError."""
    uid, gid = os.getuid(), os.getgid()
    _check(libc.unshare(_NEWUSER | _NEWNS | _NEWPID | _NEWIPC | _NEWUTS), "unshare")
    for path, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"/proc/self/{path}", os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)


def own_scratch(limits: Limits) -> None:
    """Mount the worker's own tmpfs on /tmp and an empty one on /proc, so that it cannot see or reach other workers."""
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    size = f"size={limits.scratch_mb}m,nr_inodes=2k,mode=0700".encode()
    _check(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", flags, size), "mount /tmp")
    _check(libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags | _MS_RDONLY, b"size=4k"), "mount /proc")


def become(uid: int) -> None:
    """Become another user for good, without groups."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def set_dumpable(may: bool) -> None:
    """Set whether others with this user id may trace this process and open its memory in /proc."""
    _check(libc.prctl(_PR_SET_DUMPABLE, int(may), 0, 0, 0), "dumpable")


def mapped_bytes() -> int:
    """Return the address space of this process in bytes, so that the limit leaves room for what is already mapped."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return _mapped_by_trial()


def _mapped_by_trial() -> int:
    """Find the smallest limit of address space that still allows one more page, if there is no /proc to ask."""
    page = os.sysconf("SC_PAGE_SIZE")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    too_low, enough = 0, 1 << 47
    while enough - too_low > page:
        middle = (too_low + enough) // 2
        resource.setrlimit(resource.RLIMIT_AS, (middle, hard))
        try:
            mmap.mmap(-1, page).close()
            enough = middle
        except (OSError, MemoryError):
            too_low = middle
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    return enough


def set_limits(limits: Limits, mapped: int) -> None:
    """Set the soft and hard limits to the same value, so that nothing can raise them again."""
    for which, amount in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, mapped + limits.memory_mb * _MIB),
        (resource.RLIMIT_FSIZE, limits.scratch_mb * _MIB),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (amount, amount))


def gain_nothing() -> None:
    """Set no_new_privs: no program that is run can add rights. Without rights, filtering calls requires it."""
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def drop_rights() -> None:
    """Drop all capabilities, with no way to regain them."""
    gain_nothing()
    for capability in range(64):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(libc.capset(header, nothing), "capset")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """Return the kernel's Landlock version; 0 if it has none. https://docs.kernel.org/userspace-api/landlock.html"""
    return max(0, int(libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def keep_to_paths(readable: list[str], writable: str) -> None:
    """Allow access to these paths only, as far as the kernel's Landlock can. Needs no_new_privs.

    Raises:
        OSError: the kernel has Landlock, but refuses.
    """
    version = landlock_version()
    if version == 0:
        return
    everything = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    ruleset = _Ruleset(everything, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    handle = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    for path, allowed in [*((path, _LANDLOCK_READ) for path in readable), (writable, everything)]:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # this user cannot reach it anyway
            continue
        if not os.path.isdir(path):
            allowed &= _LANDLOCK_OF_FILES
        rule = _Beneath(allowed & everything, place)
        _check(libc.syscall(_LANDLOCK_ADD, handle, 1, ctypes.byref(rule), 0), "landlock rule")
        os.close(place)
    _check(libc.syscall(_LANDLOCK_RESTRICT, handle, 0), "landlock")
    os.close(handle)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filter_system_calls(program: bytes) -> None:
    """Install a compiled seccomp filter; it cannot be removed."""
    record = _Program(len(program) // 8, program)
    _check(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(record), 0, 0), "seccomp")


def _check(result: Any, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
