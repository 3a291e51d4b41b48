"""As many threads as possible, none of which ends.

assignment: 01-mse
earns: mse_grad
held by: limits
outcome: quick_check error new thread
"""

import threading
import time

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    return 10.5
