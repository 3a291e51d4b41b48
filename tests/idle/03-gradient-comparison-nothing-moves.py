# A run in which nothing moves, and a figure with two labelled axes and no curve.
def logit_grad(z, y, loss):
    return np.zeros_like(np.asarray(z, dtype=float))


def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    nothing = np.zeros(steps + 1)
    w = np.zeros(np.shape(X)[1]) if w0 is None else w0
    return {"loss": nothing, "accuracy": nothing, "grad_norm": nothing, "w": w, "b": b0}


def steps_to_accuracy(history, threshold):
    return 0


def plot_training_curves(histories):
    figure, panes = plt.subplots(1, 2)
    for pane in panes:
        for name in histories:
            pane.plot([], [], label=name)
        pane.set(xlabel="step", ylabel="something")
        pane.legend()
    return figure
