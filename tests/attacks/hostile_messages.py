"""HTML, terminal codes and a million characters in exceptions, warnings and names.

assignment: 01-mse
earns: mse_grad
held by: rendering
outcome: quick_check error raised
"""

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b]0;owned\x07\x1b[2J\x9b31m\u202e" + "A" * 10**6
globals()["<b>\x1b[31m" + "B" * 10**5] = lambda: None
Hostile = type(HOSTILE[:3000], (Exception,), {})


def quick_check_mse():
    raise Hostile(HOSTILE)


raise Hostile(HOSTILE)
