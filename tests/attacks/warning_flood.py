"""A hundred thousand warnings, each a different one.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check ?fail,timeout,memory
"""

import warnings

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    for number in range(20_000):
        warnings.warn(f"\x1b[31m{number}" + "w" * 300)
    return 10.5
