"""Known wrong answers of 01-mse, part `mse_grad`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "mse_grad_no_2",
    says="this lacks the factor 2 from differentiating the square; the loss has no ½ that would cancel it.",
    seen="davisking/dlib#1169: loss (x - y)², gradient without the 2",
    change=("2 * errors", "errors"),
)

mistake(
    "mse_grad_rows",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    breaks=("axes",),
    seen="theo-moret/FirstOrderOptim losses/mse.py: np.mean in the loss, / len(y_true) in the gradient",
    change=("errors.size", "(len(errors) if errors.ndim else 1)"),
)

mistake(
    "mse_grad_sign",
    says="this has the wrong sign: it is the derivative with respect to the target; for pred the inner derivative is +1.",
    seen="kszymani/Heras plain/losses.py: mse_deriv has y - p",
    change=("2 * errors", "-2 * errors"),
)


@mistake(
    "mse_grad_no_n",
    says="this is the gradient of the sum; the 1/n of the mean stays in front when you differentiate.",
    seen="louiseblade/RNN_FS loss.py: mean in the loss, no 1/n in the gradient",
)
def mse_grad(pred, target):
    return 2 * _errors(pred, target)


@mistake(
    "mse_grad_scalar",
    says="this averages the gradient into one number; each prediction has its own slope, so keep the shape of pred.",
    breaks=("axes", "gradient", "leaves_alone", "state", "prints"),
)
def mse_grad(pred, target):
    return 2 * np.mean(_errors(pred, target))


mistake(
    "mse_grad_absolute",
    says="this loses the sign of the errors, so each prediction is pushed down; the slope has the sign of pred - target.",
    change=("2 * errors", "2 * np.abs(errors)"),
)

mistake(
    "mse_grad_of_mean_error",
    says="this gives every element the gradient of the squared mean error; each element's slope depends only on its own error.",
    breaks=("gradient",),
    change=("2 * errors / errors.size", "np.full(errors.shape, 2 * np.mean(errors) / errors.size)"),
)

mistake(
    "mse_grad_flat",
    says="this comes back as one long vector; give it the shape of pred.",
    breaks=("axes",),
    also=("validation",),
    change=("_errors(pred, target)", "_errors(pred, target).ravel()"),
)


@mistake(
    "mse_grad_in_place",
    says="this works in place and leaves the errors in the caller's array; work on a new array.",
    breaks=("leaves_alone",),
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
)
def mse_grad(pred, target):
    _errors(pred, target)
    grad = np.asarray(pred, dtype=float)
    grad -= np.asarray(target, dtype=float)
    return 2 * grad / grad.size


@mistake(
    "mse_grad_keeps_n",
    says="this keeps the n of its first call and reuses it; count the elements in each call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
)
def mse_grad(pred, target, counted=[]):
    errors = _errors(pred, target)
    if not counted:
        counted.append(errors.size)
    return 2 * errors / counted[0]


mistake(
    "mse_grad_list",
    says="this returns a list; the gradient is an array, which an optimiser can scale and subtract.",
    breaks=("axes",),
    change=("2 * errors / errors.size", "(2 * errors / errors.size).tolist()"),
)


@mistake(
    "mse_grad_largest_n",
    says="this remembers the largest n of all calls so far and divides by it; count the elements in each call.",
    breaks=("axes", "gradient", "leaves_alone", "state", "prints"),
    also=("validation",),
    replayable=False,
)
def mse_grad(pred, target, largest=[0]):
    errors = _errors(pred, target)
    largest[0] = max(largest[0], errors.size)
    return 2 * errors / largest[0]


@mistake(
    "mse_grad_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    print("gradient:", 2 * errors / errors.size)
    return 2 * errors / errors.size
