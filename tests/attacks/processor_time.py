"""Processor time used by eight threads that release the interpreter's lock.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check timeout took longer than
"""

import hashlib
import threading

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    def work():
        while True:
            hashlib.sha256(bytes(1 << 20))

    for _ in range(6):
        threading.Thread(target=work, daemon=True).start()
    work()
