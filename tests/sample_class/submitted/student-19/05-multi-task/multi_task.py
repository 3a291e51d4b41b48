import numpy as np

def f(pred, target)
    return 1
