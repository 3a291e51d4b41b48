"""Known wrong answers of 01-mse, part `mae`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "mae_no_absolute",
    says="this averages the errors with their signs, so that they cancel; take absolute values first.",
    function="mae_loss",
    change=("np.abs(_errors(pred, target))", "_errors(pred, target)"),
)

mistake(
    "mae_of_mean_error",
    says="this takes the absolute value of the mean, when the errors have cancelled already; take it of each error.",
    function="mae_loss",
    change=("np.mean(np.abs(_errors(pred, target)))", "np.abs(np.mean(_errors(pred, target)))"),
)

mistake(
    "mae_median",
    says="this is the median of the absolute errors; the M of MAE is the mean here.",
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
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def mae_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(np.abs(errors)) / len(np.atleast_1d(errors))


@mistake(
    "mae_unsigned",
    says="this subtracts unsigned integers as they come: below zero they wrap around, and their absolute value is huge; make float arrays first.",
    seen="ybarancan/efficient_spectral_cnn#5: mean absolute error of uint8 images",
)
def mae_loss(pred, target):
    _errors(pred, target)
    return np.mean(np.abs(np.asarray(pred) - np.asarray(target)))


mistake(
    "mae_grad_one_at_zero",
    says="this counts an error of exactly 0 as positive; the subgradient asked for there is 0.",
    function="mae_grad",
    change=("np.sign(errors)", "np.where(errors >= 0, 1.0, -1.0)"),
)


@mistake(
    "mae_grad_nan_at_zero",
    says="this divides the error by its absolute value, which is 0/0 where a prediction is perfect; the sign function gives 0 there.",
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
    says="this is the sign alone; the loss is a mean, so each slope is divided by n.",
)
def mae_grad(pred, target):
    return np.sign(_errors(pred, target))


mistake(
    "mae_grad_rows",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    seen="Lllsir0202/Machine2Learning utils/loss/methods/regression_loss/mae.py: / y_true.shape[0]",
    function="mae_grad",
    change=("errors.size", "(len(errors) if errors.ndim else 1)"),
)

mistake(
    "mae_grad_counts_wrong_ones",
    says="this divides by the number of errors that are not 0; perfect predictions count in the mean as well.",
    function="mae_grad",
    change=("errors.size", "max(np.count_nonzero(errors), 1)"),
)

mistake(
    "mae_grad_one_sided",
    says="this has no slope where the prediction is too low; there it is -1/n.",
    function="mae_grad",
    change=("np.sign(errors)", "(errors > 0)"),
)
