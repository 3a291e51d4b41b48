"""Allocate as much memory as possible.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check memory more memory than it may
"""

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    kept = []
    while True:
        kept.append(bytes(8 << 20))
