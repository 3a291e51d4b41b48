"""sys.exit(0) at the top of the file and in a function.

assignment: 01-mse
earns: mse_grad
held by: separate process
outcome: quick_check error SystemExit
"""

import sys

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


sys.exit(0)


def quick_check_mse():
    sys.exit(0)
