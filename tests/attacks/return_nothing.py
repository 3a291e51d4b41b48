"""None from every function, though the explanation of a failure compares arrays.

assignment: 01-mse
earns: nothing
held by: comparison outside
outcome: mse_loss fail is a `return` missing
"""

import numpy as np


def answer(*args, **kwargs):
    return None


mse_loss = mse_grad = rmse = rmse_grad = mae_loss = mae_grad = huber_loss = huber_grad = quick_check_mse = answer
