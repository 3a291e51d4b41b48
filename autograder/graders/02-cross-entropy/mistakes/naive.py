"""Known wrong answers of 02-cross-entropy, part `naive`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "naive_first_axis",
    says="this normalises down the columns; each row is one example, so sum along the last axis.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
    function="softmax_naive",
    change=("powers.sum(axis=-1, keepdims=True)", "powers.sum(axis=0)"),
)

mistake(
    "naive_whole_sum",
    says="this divides by the sum of the whole matrix, so all rows together sum to 1; use the sum of each row.",
    seen="koyahi/study 2016/11a_deep_learning_from_scratch/03/softmax.py: np.sum without an axis",
    function="softmax_naive",
    change=("powers.sum(axis=-1, keepdims=True)", "powers.sum()"),
)


@mistake(
    "naive_no_exponential",
    says="this divides the scores by their sum without the exponential, so a negative score becomes a negative probability.",
)
def softmax_naive(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        return logits / logits.sum(axis=-1, keepdims=True)


@mistake(
    "naive_in_place",
    says="this writes the exponentials into the caller's array, since np.asarray makes no copy of an array of floats.",
    seen="JuliaGPU/CUDA.jl#592: softmax(x) updates its argument",
    breaks=("leaves_alone",),
)
def softmax_naive(logits):
    powers = _filled(logits, "logits")
    np.exp(powers, out=powers)
    return powers / powers.sum(axis=-1, keepdims=True)


mistake(
    "naive_loss_sum",
    says="this sums over the rows; the loss is their mean.",
    seen="kattoyoshi/NeuralNetworkFromScratch functions.py: -np.sum(...) over the batch",
    function="cross_entropy_naive",
    change=("np.mean", "np.sum"),
)


@mistake(
    "naive_loss_over_elements",
    says="this divides by N·C, the number of all logits; a row has one loss, so divide by N.",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.sum(np.log(softmax_naive(logits)[np.arange(len(targets)), targets])) / logits.size


mistake(
    "naive_loss_sign",
    says="this is the mean log-likelihood, which is negative; the loss has a minus in front.",
    seen="fastai/course22#22: a cross-entropy formula that gave negative losses",
    function="cross_entropy_naive",
    change=("-np", "np"),
)

mistake(
    "naive_loss_log_of_mean",
    says="this takes the logarithm of the mean probability; take the mean of the logarithms.",
    function="cross_entropy_naive",
    change=(".mean(np.log(", ".log(np.mean("),
)


@mistake(
    "naive_loss_no_log",
    says="this averages the probabilities themselves; cross-entropy averages minus their logarithms.",
    seen="pytorch/pytorch#10033: probabilities handed to nll_loss",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.mean(softmax_naive(logits)[np.arange(len(targets)), targets])


mistake(
    "naive_loss_bits",
    says="this is in bits; use the natural logarithm.",
    function="cross_entropy_naive",
    change=("np.log", "np.log2"),
)

mistake(
    "naive_loss_columns",
    says="a colon in p[:, targets] takes those columns of every row, N times N numbers; pair np.arange(N) with the targets to take one number for each row.",
    function="cross_entropy_naive",
    change=("np.arange(len(targets))", ":"),
)


@mistake(
    "naive_loss_all_classes",
    says="this adds up the log-probabilities of all classes; only the target's counts, since the true distribution is one-hot.",
    also=("validation",),
    breaks=("leaves_alone", "state"),
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.sum(np.log(softmax_naive(logits))) / len(targets)


mistake(
    "naive_loss_softmax_twice",
    says="this sends the logits through softmax twice, which flattens every distribution.",
    seen="tflearn/tflearn#562: softmax before softmax_cross_entropy_with_logits",
    function="cross_entropy_naive",
    change=("softmax_naive(logits)", "softmax_naive(softmax_naive(logits))"),
)
