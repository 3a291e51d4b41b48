"""A function that sleeps instead of working, so that it uses no processor time.

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
    while True:
        time.sleep(60)
