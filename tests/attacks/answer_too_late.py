"""An answer that arrives after its deadline, when another question may be waiting.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check timeout took longer than
"""

import time

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    end = time.monotonic() + 3
    while time.monotonic() < end:
        pass
    return 10.5
