"""The main thread waits for a thread that sleeps: each call takes three seconds and no processor time.

assignment: 01-mse
earns: nothing
held by: own time
outcome: mse_loss timeout took longer than
"""

import threading
import time

import numpy as np


def mse_loss(pred, target):
    napping = threading.Thread(target=time.sleep, args=(3,))
    napping.start()
    napping.join()
    return float(np.mean((np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)) ** 2))
