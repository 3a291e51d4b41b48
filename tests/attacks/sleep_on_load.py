"""A file that never finishes loading and lets no exception stop it.

assignment: 01-mse
earns: nothing
held by: limits
outcome: mse_loss timeout `loading the file` took longer than
"""

import time

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


while True:
    try:
        time.sleep(60)
    except BaseException:
        continue
