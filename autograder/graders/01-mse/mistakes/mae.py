"""Known wrong answers of 01-mse, part `mae`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "mae_no_absolute",
    says="this averages the errors with their signs, so they cancel; take absolute values first.",
    function="mae_loss",
    change=("np.abs(_errors(pred, target))", "_errors(pred, target)"),
)

mistake(
    "mae_of_mean_error",
    says="this takes the absolute value of the mean, after the errors have cancelled; take it of each error.",
    function="mae_loss",
    change=("np.mean(np.abs(_errors(pred, target)))", "np.abs(np.mean(_errors(pred, target)))"),
)

mistake(
    "mae_median",
    says="this is the median of the absolute errors; the M of MAE means the mean here.",
    seen="docs: sklearn.metrics.median_absolute_error",
    function="mae_loss",
    change=("np.mean", "np.median"),
)

mistake(
    "mae_sum",
    says="this is the sum of the absolute errors; divide it by their number.",
    seen="DataScienceSpecialization/courses#119: sum() for mean() (there in an RMSE)",
    function="mae_loss",
    change=("np.mean", "np.sum"),
)


@mistake(
    "mae_rows",
    says="this divides by the number of rows; the mean goes over all elements of the matrix.",
    breaks=("axes",),
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def mae_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(np.abs(errors)) / len(np.atleast_1d(errors))


mistake(
    "mae_grad_one_at_zero",
    says="this treats an error of exactly 0 as positive; the subgradient there should be 0.",
    function="mae_grad",
    change=("np.sign(errors)", "np.where(errors >= 0, 1.0, -1.0)"),
)


@mistake(
    "mae_grad_nan_at_zero",
    says="this divides the error by its absolute value, which is 0/0 for a perfect prediction; np.sign gives 0 there.",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return errors / np.abs(errors) / errors.size


mistake(
    "mae_grad_sign",
    says="this is the sign of target - pred; a prediction that is too high needs a positive slope.",
    seen="LuckMeelo/neuralib neuralib/loss/MeanAbsoluteError.py: np.sign(y_true - y_pred)",
    function="mae_grad",
    change=("np.sign(errors)", "-np.sign(errors)"),
)


@mistake(
    "mae_grad_no_n",
    says="this is only the sign; the loss is a mean, so divide each slope by n.",
)
def mae_grad(pred, target):
    return np.sign(_errors(pred, target))


mistake(
    "mae_grad_rows",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    breaks=("axes",),
    seen="Lllsir0202/Machine2Learning utils/loss/methods/regression_loss/mae.py: / y_true.shape[0]",
    function="mae_grad",
    change=("errors.size", "(len(errors) if errors.ndim else 1)"),
)

mistake(
    "mae_grad_counts_wrong_ones",
    says="this divides by the number of errors that are not 0; perfect predictions count in the mean, too.",
    breaks=("reduction",),
    function="mae_grad",
    change=("errors.size", "max(np.count_nonzero(errors), 1)"),
)

mistake(
    "mae_grad_one_sided",
    says="this has slope 0 where the prediction is too low; it should be -1/n there.",
    function="mae_grad",
    change=("np.sign(errors)", "(errors > 0)"),
)


@mistake(
    "mae_in_place",
    says="this works in place and leaves the absolute errors in the caller's array; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def mae_loss(pred, target):
    _errors(pred, target)
    size = np.asarray(pred, dtype=float)
    size -= np.asarray(target, dtype=float)
    return np.mean(np.abs(size, out=size))


@mistake(
    "mae_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def mae_loss(pred, target):
    mean = np.mean(np.abs(_errors(pred, target)))
    print("MAE", mean)
    return mean
