"""Degenerate answers to 03-gradient-comparison: each is a whole submission, and earns nothing.

A submission has what is defined here under its name; for a function that is missing, `answer` stands for it.
"""

import matplotlib.pyplot as plt
import numpy as np
from autograder.grading.diagnosis.catalogue import variant


@variant("zero")
def answer(*args, **named):
    return 0.0


@variant("one")
def answer(*args, **named):
    return 1


@variant("none")
def answer(*args, **named):
    return None


@variant("text")
def answer(*args, **named):
    return str(args)


@variant("first argument")
def answer(first, *args, **named):
    return first


@variant("second argument as numbers")
def answer(first, second=None, *args, **named):
    return np.array(second, dtype=float)


@variant("length")
def answer(first, *args, **named):
    return len(first)


@variant("shape")
def answer(first, *args, **named):
    return np.shape(first)


@variant("random number")
def answer(*args, **named):
    return np.random.random()


@variant("not written")
def answer(*args, **named):
    raise NotImplementedError


@variant("refuses everything and names it")
def answer(*args, **named):
    raise ValueError(f"{args} {named} {[np.shape(item) for item in args]}")


@variant("zeros of each shape")
def logit_grad(z, y, loss):
    return np.zeros_like(z)


@variant("zeros of each shape")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    nothing = np.zeros(steps + 1)
    return {"loss": nothing, "accuracy": nothing, "grad_norm": nothing, "w": np.zeros(X.shape[1]), "b": 0.0}


@variant("zeros of each shape")
def steps_to_accuracy(history, threshold):
    return len(history["accuracy"])


@variant("zeros of each shape")
def plot_training_curves(histories):
    figure, both = plt.subplots(1, 2)
    for axes in both:
        for name, run in histories.items():
            axes.plot(np.zeros(len(run["loss"])), label=name)
        axes.set(xlabel="step", ylabel="loss")
        axes.legend()
    return figure


@variant("random of each shape")
def logit_grad(z, y, loss):
    return np.random.normal(size=np.shape(z))


@variant("random of each shape")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    made = {key: np.random.random(steps + 1) for key in ("loss", "accuracy", "grad_norm")}
    return {**made, "w": np.random.normal(size=X.shape[1]), "b": np.random.normal()}


@variant("random of each shape")
def steps_to_accuracy(history, threshold):
    return int(np.random.randint(len(history["accuracy"])))


@variant("random of each shape")
def plot_training_curves(histories):
    return plt.figure()


@variant("nothing is a number")
def logit_grad(z, y, loss):
    return np.full(np.shape(z), np.nan)


@variant("nothing is a number")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    nothing = np.full(steps + 1, np.nan)
    return {"loss": nothing, "accuracy": nothing, "grad_norm": nothing, "w": X[0] * np.nan, "b": np.nan}


@variant("nothing is a number")
def steps_to_accuracy(history, threshold):
    return float("nan")


@variant("nothing is a number")
def plot_training_curves(histories):
    figure, both = plt.subplots(1, 2)
    for axes in both:
        for name, run in histories.items():
            axes.plot(np.full(len(run["loss"]), np.nan), label=name)
        axes.set(xlabel="step", ylabel="loss")
        axes.legend()
    return figure


@variant("infinite")
def logit_grad(z, y, loss):
    return np.full(np.shape(z), np.inf)


@variant("infinite")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    endless = np.full(steps + 1, np.inf)
    return {"loss": endless, "accuracy": endless, "grad_norm": endless, "w": X[0] + np.inf, "b": np.inf}


@variant("infinite")
def steps_to_accuracy(history, threshold):
    return float("inf")


@variant("infinite")
def plot_training_curves(histories):
    return list(histories)


@variant("the start for ever")
def logit_grad(z, y, loss):
    return np.array(y, dtype=float)


@variant("the start for ever")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    w = np.zeros(X.shape[1]) if w0 is None else np.array(w0)
    half = np.full(steps + 1, 0.5)
    return {"loss": half, "accuracy": half, "grad_norm": half, "w": w, "b": b0}


@variant("the start for ever")
def steps_to_accuracy(history, threshold):
    return threshold


@variant("the start for ever")
def plot_training_curves(histories):
    figure, both = plt.subplots(1, 2)
    for axes in both:
        for name in histories:
            axes.plot([0, 1, 2], [0.9, 0.5, 0.1], label=name)
        axes.set(xlabel="step", ylabel="value")
        axes.legend()
    return figure


@variant("falls from one to nothing")
def logit_grad(z, y, loss):
    return np.array(z, dtype=float)


@variant("falls from one to nothing")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    falls = np.linspace(1, 0, steps + 1)
    return {"loss": falls, "accuracy": 1 - falls, "grad_norm": falls, "w": np.ones(X.shape[1]), "b": 1.0}


@variant("falls from one to nothing")
def steps_to_accuracy(history, threshold):
    return None


@variant("falls from one to nothing")
def plot_training_curves(histories):
    plt.plot([1, 2])
