"""Compile the system calls that worker, zygote and guard may make to BPF programs, outside the jail.

The lists name what is allowed, so a call that nobody thought of is refused. They let Python, NumPy and torch
compute, read what is mounted and write in the scratch space; no process, no program, no socket, no signal,
no mount, no namespace. https://man7.org/linux/man-pages/man2/seccomp.2.html
"""

from __future__ import annotations

import errno
import functools
import tempfile
from typing import Any, NamedTuple

# No call here locks a file, changes its mode or times, or advises the kernel about it: walls without a file system of
# their own would apply it to files of the machine.
_FILES = """
read write readv writev pread64 pwrite64 preadv pwritev lseek open openat openat2 close close_range dup dup2 dup3
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getdents getdents64
getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 ftruncate truncate fallocate
umask sendfile copy_file_range pipe pipe2
"""
_MEMORY = "mmap munmap mprotect mremap madvise brk msync membarrier"
# Timers only signal the process itself; one of them limits the module's statements.
_TIME = "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getitimer setitimer alarm"
_THREADS = """
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address sched_yield sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu gettid
exit exit_group restart_syscall
"""
_SIGNALS = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause
"""
_WAITING = "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2"
_ABOUT_ITSELF = """
getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid uname sysinfo
getrusage getrlimit arch_prctl getrandom wait4 waitid capget
"""
# The zygote also forks, takes the grader's descriptors, confines the child and ends it.
_ZYGOTE = """
fork vfork clone recvmsg sendmsg sendto recvfrom getsockname getsockopt setsid kill pidfd_open prctl seccomp capset setgroups setresuid setresgid
setuid setgid unshare mount chown fchown lchown fchownat chmod fchmod fchmodat setrlimit prlimit64 fcntl ioctl
landlock_create_ruleset landlock_add_rule landlock_restrict_self
"""
# The guard waits for one child and one message of the grader, ends the child, removes its folder and reports how it
# ended.
_GUARD = """
read write close openat open fstat rename renameat renameat2 chmod fchmodat lstat stat newfstatat statx getdents getdents64 lseek fcntl unlink unlinkat rmdir
recvfrom recvmsg sendto sendmsg select pselect6 poll ppoll kill wait4 waitid
mmap munmap mremap mprotect madvise brk futex rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack
clock_gettime getpid gettid getuid geteuid getrandom exit exit_group restart_syscall
"""


class Programs(NamedTuple):
    """Compiled filters of the worker, the zygote that forks it, the guard that waits for it, and the intake process.

    The intake process reads hand-ins; its filter lets it set its own limits for each of them.
    """

    worker: bytes
    zygote: bytes
    guard: bytes
    intake: bytes


_WORKER = " ".join((_FILES, _MEMORY, _TIME, _THREADS, _SIGNALS, _WAITING, _ABOUT_ITSELF))

_CLONE_THREAD = 0x10000
# PIDFD, PTRACE, VFORK, and the namespaces: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
_CLONE_REFUSED = (
    0x1000 | 0x2000 | 0x4000 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
)
# TCGETS, TIOCGWINSZ, FIOCLEX, FIONREAD, FIONBIO: Python's file objects use these.
_IOCTLS = (0x5401, 0x5413, 0x5451, 0x541B, 0x5421)
# F_DUPFD to F_SETFL, F_DUPFD_CLOEXEC. Not F_SETLK, which could lock other people's files; not F_SETOWN and F_SETSIG,
# which make a file send signals to another process.
_FCNTLS = (0, 1, 2, 3, 4, 1030)


@functools.cache
def programs() -> Programs:
    """Return the compiled filters. Raises OSError if libseccomp is missing."""
    # Filters add up: what the zygote may not do, its children may not do either.
    return Programs(
        _compiled(_WORKER.split(), checked=True),
        _compiled(f"{_WORKER} {_ZYGOTE}".split()),
        _compiled(_GUARD.split()),
        _compiled(_WORKER.split(), checked=True, own_limits=True),
    )


def _compiled(names: list[str], checked: bool = False, own_limits: bool = False) -> bytes:
    """Compile a filter that allows these calls; with `checked`, also calls that are allowed for some arguments only."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError) as error:
        raise OSError(f"libseccomp cannot be loaded ({error})") from None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in dict.fromkeys(names):
        if _exists(name):
            rules.add_rule(pyseccomp.ALLOW, name)
    # clone3 hides its flags behind a pointer: ENOSYS makes libc fall back to clone.
    if _exists("clone3"):
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    if checked:
        _add_checked(rules, own_limits)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add_checked(rules: Any, own_limits: bool) -> None:
    import pyseccomp

    # Allow threads, but no processes and no namespaces, and none of the flags PIDFD, PTRACE and VFORK.
    mask = _CLONE_THREAD | _CLONE_REFUSED
    rules.add_rule(pyseccomp.ALLOW, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, mask, _CLONE_THREAD))
    for command in _FCNTLS:
        rules.add_rule(pyseccomp.ALLOW, "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, command))
    # It may only read its own limits: if it lowered its processor time, the kernel's kill would look like one from
    # outside.
    own, unchanged = pyseccomp.Arg(0, pyseccomp.EQ, 0), pyseccomp.Arg(2, pyseccomp.EQ, 0)
    rules.add_rule(pyseccomp.ALLOW, "prlimit64", *((own,) if own_limits else (own, unchanged)))
    for request in _IOCTLS:
        rules.add_rule(pyseccomp.ALLOW, "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, request))


def _exists(name: str) -> bool:
    import pyseccomp

    try:
        return bool(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0)
    except (ValueError, OSError):
        return False
