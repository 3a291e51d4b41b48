"""Known wrong answers of 02-cross-entropy, part `cross_entropy_grad`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "grad_no_n",
    says="this is the gradient of the sum; the 1/N of the mean stays in front when you differentiate.",
    seen="victorlempitsky/Mate#2: the derivative is not normalised by the batch size",
    change=("gradient / len(targets)", "gradient"),
)

mistake(
    "grad_over_elements",
    says="this divides by N·C, the number of all logits; the loss is a mean over N rows.",
    change=("gradient / len(targets)", "gradient / logits.size"),
)

mistake(
    "grad_sign",
    says="this has the wrong sign: the gradient is softmax minus one-hot.",
    change=("gradient / len(targets)", "-gradient / len(targets)"),
)


@mistake(
    "grad_one_hot_too_narrow",
    says="your one-hot rows end at the largest target that occurs; they have C entries, whichever classes occur.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.arange(np.max(y) + 1)",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    one_hot = np.eye(targets.max() + 1)[targets]
    return (softmax(logits) - one_hot) / len(targets)


mistake(
    "grad_columns",
    says="a colon in p[:, targets] changes those columns in every row; pair np.arange(N) with the targets.",
    breaks=("axes",),
    change=("gradient[np.arange(len(targets)), targets]", "gradient[:, targets]"),
)


@mistake(
    "grad_target_only",
    says="only the target's entry has a slope here; raising another logit lowers the target's probability, so each entry has one.",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    rows = np.arange(len(targets))
    gradient = np.zeros(logits.shape)
    gradient[rows, targets] = softmax(logits)[rows, targets] - 1
    return gradient / len(targets)


@mistake(
    "grad_of_probabilities",
    says="this is the slope with respect to the probabilities, -1/p; for the logits, differentiate the softmax too.",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    rows = np.arange(len(targets))
    gradient = np.zeros(logits.shape)
    with np.errstate(all="ignore"):
        gradient[rows, targets] = -1 / softmax(logits)[rows, targets]
    return gradient / len(targets)


@mistake(
    "grad_softmax_slope",
    says="this has a factor p(1 - p) left, as the squared error of a sigmoid has; with cross-entropy it cancels.",
    seen="rasbt/python-machine-learning-book-2nd-edition#54: asks for the activation's derivative in output - target",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    p = softmax(logits)
    return gradient * p * (1 - p) / len(targets)


@mistake(
    "grad_without_softmax",
    says="this subtracts the one-hot rows from the logits themselves; take the softmax first.",
    breaks=("extremes",),
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    return (logits - np.eye(logits.shape[1])[targets]) / len(targets)


mistake(
    "grad_mean_over_rows",
    says="this averages the rows into one; each logit has its own slope, so keep the shape (N, C).",
    also=("validation",),
    breaks=("axes", "extremes", "leaves_alone"),
    change=("gradient / len(targets)", "gradient.mean(axis=0)"),
)


@mistake(
    "grad_in_place",
    says="this works in place on the caller's logits and leaves the gradient in them; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    logits[...] = softmax(logits)
    logits[np.arange(len(targets)), targets] -= 1
    return logits / len(targets)


@mistake(
    "grad_keeps_n",
    says="this keeps the N of its first call and reuses it; count the rows in each call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
)
def cross_entropy_grad(logits, targets, counted=[]):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    if not counted:
        counted.append(len(targets))
    return gradient / counted[0]
