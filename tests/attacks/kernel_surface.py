"""Calls into parts of the kernel that are known for their bugs.

assignment: 01-mse
earns: mse_grad
held by: system call filter
outcome: quick_check error allowed: []
"""

import ctypes
import errno
import platform

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


CALLS = (
    ("bpf", 321, 0, None, 0),
    ("perf_event_open", 298, None, 0, -1, -1, 0),
    ("userfaultfd", 323, 0),
    ("memfd_create", 319, b"x", 0),
    ("memfd_secret", 447, 0),
    ("init_module", 175, None, 0, b""),
    ("kexec_load", 246, 0, 0, None, 0),
    ("personality", 135, 0x40000),
    ("quotactl", 179, 0, None, 0, None),
    ("shmget", 29, 0, 4096, 0o1600),
    ("semget", 64, 0, 1, 0o1600),
    ("msgget", 68, 0, 0o1600),
    ("mq_open", 240, b"x", 0o102, 0o600, None),
    ("splice", 275, 0, None, 1, None, 1, 0),
    ("vmsplice", 278, 1, None, 0, 0),
    ("name_to_handle_at", 303, -100, b".", None, None, 0),
    ("reboot", 169, 0, 0, 0, None),
    ("modify_ldt", 154, 0, None, 0),
)

libc = ctypes.CDLL(None, use_errno=True)


def allowed(calls):
    """Return the names of the calls that fail with neither EPERM nor ENOSYS."""
    found = []
    for name, number, *arguments in calls:
        ctypes.set_errno(0)
        result = libc.syscall(number, *arguments)
        if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            found.append(name)
    return found


def quick_check_mse():
    if platform.machine() != "x86_64":
        raise RuntimeError("allowed: []")
    raise RuntimeError(f"allowed: {allowed(CALLS)}")
