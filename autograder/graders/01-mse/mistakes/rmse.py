"""Known wrong answers of 01-mse, part `rmse`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "rmse_no_root",
    says="this is the mean of the squares without its root; the RMSE is in the units of the target.",
    seen="coreylynch/pyFM#8: what was called RMSE is the MSE",
    change=("np.sqrt(mse_loss(pred, target))", "np.mean(_errors(pred, target) ** 2)"),
)

mistake(
    "rmse_is_mae",
    says="this takes the root of each square before averaging, which is the MAE; the root comes last.",
    seen="facebookresearch/sparsh#9: the root of each square, then the mean",
    change=("np.sqrt(mse_loss(pred, target))", "np.mean(np.sqrt(_errors(pred, target) ** 2))"),
)


@mistake(
    "rmse_norm_over_n",
    says="this takes the root of the sum and then divides by n; n belongs under the root.",
)
def rmse(pred, target):
    errors = _errors(pred, target)
    return np.sqrt(np.sum(errors**2)) / errors.size


@mistake(
    "rmse_by_rows",
    says="this averages the RMSE of each row; take one root, of the mean over all elements.",
    breaks=("axes",),
    seen="Copa6/ML_helper_codes modelling/keras/keras_custom_metrics.py: root of the mean along axis -1",
)
def rmse(pred, target):
    errors = np.atleast_1d(_errors(pred, target))
    return np.mean(np.sqrt(np.mean(errors**2, axis=-1)))


mistake(
    "rmse_epsilon",
    says="you add a small number under the root, which is wrong for small errors; the root itself needs no such help.",
    seen="pytorch/pytorch#45112: asks for sqrt(mse_loss + eps)",
    change=("mse_loss(pred, target)", "np.mean(_errors(pred, target) ** 2) + 1e-8"),
)


@mistake(
    "rmse_grad_nan",
    says="this divides 0 by 0 at a perfect fit and returns NaN; handle an RMSE of zero before you divide.",
    seen="akanazawa/cmr#11: nan, since the gradient of sqrt is not defined at 0",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return errors / (errors.size * np.sqrt(np.mean(errors**2)))


mistake(
    "rmse_grad_twice",
    says="this divides the gradient of the MSE by the RMSE, but the derivative of a root has a ½ too; divide by twice the RMSE.",
    function="rmse_grad",
    change=("errors / (errors.size * root)", "2 * errors / (errors.size * root)"),
)

mistake(
    "rmse_grad_half",
    says="your ½ of the root is there, but the 2 of the square is missing; the two cancel.",
    function="rmse_grad",
    change=("errors.size", "2 * errors.size"),
)


@mistake(
    "rmse_grad_over_mse",
    says="this divides by the MSE; the derivative of a root divides by the root, the RMSE.",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    mean = np.mean(errors**2)
    return errors / (errors.size * mean) if mean > 0 else np.zeros_like(errors)


mistake(
    "rmse_grad_no_n",
    says="this divides by the RMSE but not by n; the 1/n of the mean stays when you differentiate.",
    function="rmse_grad",
    change=("(errors.size * root)", "root"),
)

mistake(
    "rmse_grad_sign",
    says="this has the wrong sign: the error in the gradient is pred - target.",
    seen="kszymani/Heras plain/losses.py: y - p (there the gradient of the MSE)",
    function="rmse_grad",
    change=("errors / (errors.size * root)", "-errors / (errors.size * root)"),
)


@mistake(
    "rmse_grad_root_of_grad",
    says="this takes the root of the MSE's gradient; differentiate the root by the chain rule instead.",
    breaks=("axes", "leaves_alone", "prints"),
    also=("validation",),
)
def rmse_grad(pred, target):
    with np.errstate(all="ignore"):
        return np.sqrt(mse_grad(pred, target))


@mistake(
    "rmse_grad_nearly_perfect",
    says="this treats a good fit as a perfect one, since np.allclose ignores small errors; only an RMSE of exactly zero is special.",
    seen="docs: numpy.allclose: its default atol does not suit small numbers",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    if np.allclose(np.asarray(pred, dtype=float), np.asarray(target, dtype=float)):
        return np.zeros_like(errors)
    return errors / (errors.size * np.sqrt(np.mean(errors**2)))


@mistake(
    "rmse_grad_epsilon",
    says="your guard against 0/0 is so large that it changes the gradient of small errors; handle an RMSE of zero separately instead.",
    seen="pytorch/pytorch#45112: sqrt(mse_loss + eps) against nan",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    return errors / (errors.size * np.sqrt(np.mean(errors**2) + 1e-8))


mistake(
    "rmse_grad_zero_number",
    says="for a perfect fit you return the number 0; the gradient has the shape of pred there, too.",
    function="rmse_grad",
    change=("np.zeros_like(errors)", "0.0"),
)

mistake(
    "rmse_grad_list",
    says="this returns a list; the gradient is an array, which an optimiser can scale and subtract.",
    breaks=("axes",),
    function="rmse_grad",
    change=("errors / (errors.size * root) if", "(errors / (errors.size * root)).tolist() if"),
)


@mistake(
    "rmse_in_place",
    says="this subtracts in place and overwrites the caller's predictions; make the difference a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def rmse(pred, target):
    _errors(pred, target)
    pred = np.asarray(pred, dtype=float)
    pred -= np.asarray(target, dtype=float)
    return np.sqrt(np.mean(pred**2))


@mistake(
    "rmse_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def rmse(pred, target):
    root = np.sqrt(np.mean(_errors(pred, target) ** 2))
    print("RMSE", root)
    return root
