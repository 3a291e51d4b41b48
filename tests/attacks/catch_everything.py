"""An endless loop that catches every exception, as the file loads and in a function.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check timeout took longer than
"""

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
