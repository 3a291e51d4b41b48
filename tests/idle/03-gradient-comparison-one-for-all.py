# Like the file next to it, with ones and None instead of zeros.
def logit_grad(z, y, loss):
    return np.ones_like(np.asarray(z, dtype=float))


def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    one = [1.0] * (steps + 1)
    return {"loss": one, "accuracy": one, "grad_norm": one, "w": [0.0] * len(X[0]), "b": 0.0}


def steps_to_accuracy(history, threshold):
    return None


def plot_training_curves(histories):
    figure, pane = plt.subplots()
    pane.plot([0, 1], [0, 1])
    return figure
