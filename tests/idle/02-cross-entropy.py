# Results of the right type everywhere, with nothing in them.
def softmax_naive(logits):
    return np.full(np.shape(logits), 1 / np.shape(logits)[-1])


def softmax(logits):
    return np.full(np.shape(logits), 1 / np.shape(logits)[-1])


def log_softmax(logits):
    return np.full(np.shape(logits), -np.log(np.shape(logits)[-1]))


def log_sum_exp(z, axis=-1):
    return np.zeros(np.sum(z, axis=axis).shape)


def cross_entropy_naive(logits, targets):
    return np.float64(0)


def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    return np.zeros(len(logits)) if reduction == "none" else np.float64(0)


def cross_entropy_grad(logits, targets):
    return np.zeros(np.shape(logits))


def bce_loss(probs, targets):
    return np.float64(0)


def bce_with_logits(logits, targets):
    return np.float64(0)


def bce_with_logits_grad(logits, targets):
    return np.zeros(np.shape(logits))


def entropy(p):
    return np.float64(0)


def kl_divergence(p, q):
    return np.float64(0)


def cross_entropy_of(p, q):
    return np.float64(0)


def class_weights(counts, strategy="inverse", beta=0.999):
    return np.ones(len(counts))


def stability_sweep(logits, targets, scales):
    return {"scale": list(scales), "naive": [0.0] * len(scales), "stable": [0.0] * len(scales)}


def quick_check_bce():
    return 0.0


def quick_check_weights():
    return np.zeros(2)
