"""Endless recursion, with Python's own limit raised.

assignment: 01-mse
earns: mse_grad
held by: separate process
outcome: quick_check ?crash,error,memory,timeout `quick_check_mse`
"""

import sys

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def descend(depth):
    return [descend(depth + 1)] and sorted([1], key=lambda _: descend(depth + 1))


def quick_check_mse():
    sys.setrecursionlimit(10**9)
    return descend(0)
