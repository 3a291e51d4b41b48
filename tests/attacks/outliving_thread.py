"""Threads that go on after the call and keep writing where others could read.

assignment: 01-mse
earns: mse_grad
held by: namespaces
outcome: quick_check fail not the right value
"""

import threading
import time

import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size


def quick_check_mse():
    def linger():
        while True:
            for path in ("/tmp/losslab-attack-was-here", "/dev/shm/losslab-attack-was-here"):
                try:
                    with open(path, "a") as file:
                        file.write("still here\n")
                except OSError:
                    continue
            time.sleep(0.01)

    for _ in range(3):
        threading.Thread(target=linger).start()
    return 10.5
