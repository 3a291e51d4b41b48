"""Known wrong answers of 03-gradient-comparison, part `logit_grad`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "mse_slope_no_2",
    says="this lacks the factor 2 of the square for mse; the loss has no ½ that would cancel it.",
    seen="davisking/dlib#1169: loss (x - y)², gradient without the 2",
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    slope = right(z, y, loss)
    return slope / 2 if loss == "mse" else slope


@mistake(
    "mse_slope_over_p",
    says="this is the slope of mse with respect to p; with respect to z, multiply by the sigmoid's slope p(1 - p).",
    seen="hunkim/DeepLearningZeroToAll#113: takes sigma_prime out of the gradient of an L2 loss",
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    right(z, y, loss)
    p = _sigmoid(np.asarray(z, dtype=float))
    return (2 if loss == "mse" else 1) * (p - np.asarray(y, dtype=float))


@mistake(
    "bce_slope_over_p",
    says="this is the slope of bce with respect to p; with respect to z, p(1 - p) cancels the denominator and leaves p - y.",
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    if loss != "bce":
        return right(z, y, loss)
    right(z, y, loss)
    p = _sigmoid(np.asarray(z, dtype=float))
    with np.errstate(all="ignore"):
        return (p - np.asarray(y, dtype=float)) / (p * (1 - p))


@mistake(
    "slope_sign",
    says="this has the wrong sign: the slope has the sign of p - y, and the update subtracts it.",
    seen="kszymani/Heras plain/losses.py: mse_deriv has y - p",
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    return -right(z, y, loss)


@mistake(
    "slope_mean",
    says="this divides by the number of examples; return the slope of each example.",
    breaks=("reduction",),
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    return right(z, y, loss) / np.size(z)


@mistake(
    "slope_overflows",
    says="your sigmoid is e^z / (1 + e^z), which is inf / inf for large z; choose the form by the sign of z.",
    seen="clab/dynet#1525: nan from a sigmoid whose exp overflows",
    also=("train",),
)
def logit_grad(z, y, loss, right=logit_grad):
    right(z, y, loss)
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    with np.errstate(all="ignore"):
        p = np.exp(z) / (1 + np.exp(z))
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


@mistake(
    "slope_flat",
    says="this comes back as one long row; give it the shape of z.",
    breaks=("axes",),
    also=("validation",),
)
def logit_grad(z, y, loss, right=logit_grad):
    return np.ravel(right(z, y, loss))


@mistake(
    "slope_in_place",
    says="this works in place and leaves probabilities in the caller's logits; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def logit_grad(z, y, loss, right=logit_grad):
    slope = right(z, y, loss)
    if isinstance(z, np.ndarray) and z.dtype == float:
        z[...] = _sigmoid(z)
    return slope


@mistake(
    "slope_adds_up",
    says="this adds up over calls, in a default that is made once; start anew in each call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
    breaks=("axes", "leaves_alone", "prints", "reduction", "state", "training"),
    also=("train", "validation"),
    replayable=False,
)
def logit_grad(z, y, loss, right=logit_grad, calls=[]):
    slope = right(z, y, loss)
    calls.append(np.size(slope))
    return slope * len(calls)


@mistake(
    "slope_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def logit_grad(z, y, loss, right=logit_grad):
    print(loss, np.shape(z))
    return right(z, y, loss)
