"""Values of another kind from each call: texts, truth values, bytes, dates, complex numbers, arrays of objects.

assignment: 01-mse
earns: nothing
held by: comparison outside
outcome: mse_loss fail got
"""

import itertools

import numpy as np


KINDS = itertools.cycle([
    "10", True, b"10", np.datetime64("2027-01-01"), 1j, np.array([None]), np.array(["a"]), [[]], [1, [2]], {}, {"a": None},
    np.zeros((0, 3)), np.array(1j), 10**400, float("inf"), {1: 2}, (), np.float16(1), np.longdouble(1), np.bool_(True), object, print,
])  # fmt: skip


def answer(*args, **kwargs):
    return next(KINDS)


mse_loss = mse_grad = rmse = rmse_grad = mae_loss = mae_grad = huber_loss = huber_grad = quick_check_mse = answer
