"""An endless loop that ignores every signal it can.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check timeout took longer than
"""

import signal

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        pass
