"""A file that loads slowly, and a process that ends at each call, so that it is loaded again and again.

assignment: 01-mse
earns: nothing
held by: limits
outcome: mse_loss timeout used up its
"""

import os
import time

import numpy as np


def mse_grad(pred, target):
    leave()


for _ in range(2):
    time.sleep(0.4)


def leave(*args, **kwargs):
    os._exit(0)


mse_loss = rmse = rmse_grad = mae_loss = mae_grad = huber_loss = huber_grad = quick_check_mse = leave
