"""Known wrong answers of 01-mse, part `mse_loss`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "mse_rows",
    says="this divides by the number of rows; the mean is over all elements of the matrix.",
    breaks=("axes",),
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(errors**2) / len(np.atleast_1d(errors))


mistake(
    "mse_sum",
    says="this is the sum of the squared errors; the mean divides it by the number of elements.",
    seen="acids-ircam/creative_ml#6: the MSE defined as a sum",
    change=("np.mean", "np.sum"),
)

mistake(
    "mse_half",
    says="this has a ½ in front, as in books that want a gradient without a 2; here the loss is the plain mean.",
    seen="kuleshov-group/aml-book#17: the MSE with 1/(2n)",
    change=("np.mean(_errors(pred, target) ** 2)", "np.mean(_errors(pred, target) ** 2) / 2"),
)

mistake(
    "mse_axis_0",
    says="this averages over the first axis only and leaves one number for each column; average over every axis.",
    breaks=("axes",),
    also=("validation",),
    seen="hoangchunghien/deep-learning-framework loss.py: squared errors reduced along axis 0 only",
    change=("np.mean(_errors(pred, target) ** 2)", "np.mean(_errors(pred, target) ** 2, axis=0)"),
)

mistake(
    "mse_absolute",
    says="this averages absolute errors, which is the MAE; square the errors instead.",
    seen="huynhtuan17ti/climate-predictor src_1/metric.py: MSE = np.mean(np.abs(...))",
    change=("_errors(pred, target) ** 2", "np.abs(_errors(pred, target))"),
)

mistake(
    "mse_root",
    says="this takes the root at the end, which is the RMSE; the MSE stays in squared units.",
    change=("np.mean(_errors(pred, target) ** 2)", "np.sqrt(np.mean(_errors(pred, target) ** 2))"),
)

mistake(
    "mse_of_mean_error",
    says="this squares the mean error, so positive and negative errors cancel; square each error before you average.",
    change=("np.mean(_errors(pred, target) ** 2)", "np.mean(_errors(pred, target)) ** 2"),
)

mistake(
    "mse_variance",
    says="this is the variance of the errors, which ignores a constant offset; do not subtract their mean first.",
    change=("np.mean(_errors(pred, target) ** 2)", "np.var(_errors(pred, target))"),
)


@mistake(
    "mse_n_minus_1",
    says="this divides by n - 1, as a sample variance does; the mean of n squared errors divides by n.",
    seen="docs: numpy.var: ddof=1 divides by N - 1, Bessel's correction",
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return np.sum(errors**2) / np.float64(errors.size - 1)


@mistake(
    "mse_truncated",
    says="this turns its input into whole numbers, which cuts off the decimals; convert to float.",
)
def mse_loss(pred, target):
    _errors(pred, target)
    errors = np.asarray(pred, dtype=float).astype(int) - np.asarray(target, dtype=float).astype(int)
    return np.mean(errors**2)


@mistake(
    "mse_in_place",
    says="this subtracts in place and overwrites the caller's predictions; make the difference a new array.",
    breaks=("leaves_alone",),
    seen="met in practice: a submission that changed its arguments spoilt a shared fixture",
)
def mse_loss(pred, target):
    _errors(pred, target)
    pred = np.asarray(pred, dtype=float)
    pred -= np.asarray(target, dtype=float)
    return np.mean(pred**2)


@mistake(
    "mse_expanded",
    says="this expands the square into p² - 2pt + t², where huge numbers cancel and digits are lost; subtract before you square.",
    seen="docs: sklearn.metrics.pairwise.euclidean_distances: catastrophic cancellation",
)
def mse_loss(pred, target):
    _errors(pred, target)
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.mean(pred**2) - 2 * np.mean(pred * target) + np.mean(target**2)


mistake(
    "mse_boxed",
    says="this keeps the averaged axes, so it returns an array with one element; return the number itself.",
    breaks=("axes",),
    change=("np.mean(_errors(pred, target) ** 2)", "np.mean(np.atleast_1d(_errors(pred, target)) ** 2, keepdims=True)"),
)


@mistake(
    "mse_collects",
    says="your list of errors outlives the call, so each loss is a mean over all calls so far; make a new list in each call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
    breaks=("axes", "leaves_alone", "state", "prints"),
    also=("validation",),
    replayable=False,
)
def mse_loss(pred, target, squares=[]):
    squares.extend(np.ravel(_errors(pred, target) ** 2).tolist())
    return np.mean(squares)


@mistake(
    "mse_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    print(errors)
    return np.mean(errors**2)
