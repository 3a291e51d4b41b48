"""Degenerate answers to 01-mse: each stands for every function of the assignment at once, and earns nothing."""

import numpy as np
from autograder.grading.diagnosis.catalogue import variant


@variant("zero")
def answer(pred=0.0, target=0.0, delta=1.0):
    return 0.0


@variant("one")
def answer(pred=0.0, target=0.0, delta=1.0):
    return 1.0


@variant("zeros")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.zeros_like(pred)


@variant("one over n")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.full(np.shape(pred), 1.0 / np.size(pred))


@variant("one row of ones")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.ones(5)


@variant("a copy of the prediction")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.array(pred, dtype=float)


@variant("a copy of the target")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.array(target, dtype=float)


@variant("length")
def answer(pred=0.0, target=0.0, delta=1.0):
    return float(len(pred))


@variant("shape")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.shape(pred)


@variant("mean of the prediction")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.mean(pred)


@variant("mean of the squared target")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.mean(np.square(target))


@variant("prediction over n")
def answer(pred=0.0, target=0.0, delta=1.0):
    return 2 * np.asarray(pred, dtype=float) / np.size(pred)


@variant("delta")
def answer(pred=0.0, target=0.0, delta=1.0):
    return delta


@variant("a random number")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.random.normal()


@variant("random numbers")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.random.normal(size=np.shape(pred))


@variant("nan")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.full(np.shape(pred), np.nan)


@variant("infinity")
def answer(pred=0.0, target=0.0, delta=1.0):
    return float("inf")


@variant("infinite everywhere")
def answer(pred=0.0, target=0.0, delta=1.0):
    return np.full(np.shape(pred), np.inf)


@variant("none")
def answer(pred=0.0, target=0.0, delta=1.0):
    return None


@variant("text")
def answer(pred=0.0, target=0.0, delta=1.0):
    return f"{pred} {target}"


@variant("truth")
def answer(pred=0.0, target=0.0, delta=1.0):
    return bool(np.any(pred != target))


@variant("both arguments")
def answer(pred=0.0, target=0.0, delta=1.0):
    return pred, target


@variant("not written")
def answer(pred=0.0, target=0.0, delta=1.0):
    raise NotImplementedError


@variant("refuses everything and names it")
def answer(pred=0.0, target=0.0, delta=1.0):
    raise ValueError(f"{np.shape(pred)} and {np.shape(target)}, {pred} and {target}, {delta}")
