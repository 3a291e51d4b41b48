"""An exception whose text raises, loops, or is not a text.

assignment: 01-mse
earns: mse_grad
held by: separate process
outcome: quick_check ?error,timeout,crash
"""

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


class Hostile(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__

    def __getattribute__(self, name):
        raise SystemExit(0)


def quick_check_mse():
    raise Hostile
