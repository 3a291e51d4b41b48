"""Known wrong answers of 02-cross-entropy, part `information`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "entropy_bits",
    says="this is in bits; use the natural logarithm.",
    seen="mrtkp9993/MathProg python/information.py: np.log2",
    function="entropy",
    change=("np.sum(_x_log_y(p, p))", "np.sum(_x_log_y(p, p)) / np.log(2)"),
)

mistake(
    "entropy_sign",
    says="this is negative; the entropy has a minus in front.",
    function="entropy",
    change=("-np", "np"),
)


@mistake(
    "entropy_nan",
    says="0 times the logarithm of 0 is nan in NumPy; leave out the entries that are 0.",
    seen="mrtkp9993/MathProg python/information.py: -np.sum(x * np.log2(x))",
)
def entropy(p):
    p = _distribution(p, "p")
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(p))


mistake(
    "entropy_mean",
    says="this averages over the outcomes; the expectation is a sum, since p already is the weight.",
    function="entropy",
    change=("np.sum", "np.mean"),
)

mistake(
    "entropy_no_weight",
    says="this adds up the logarithms without weighing each with its probability.",
    function="entropy",
    change=("_x_log_y(p, p)", "np.log(p[p > 0])"),
)


@mistake(
    "entropy_relative",
    says="this divides by the entropy of the uniform distribution; here it should be in nats, not a share.",
)
def entropy(p):
    p = _distribution(p, "p")
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p)) / np.log(p.size)


@mistake(
    "kl_swapped",
    says="p and q are swapped: the expectation is taken under p, and the code was made for q.",
    seen="docs: torch.nn.KLDivLoss: the first argument is the model's, in log-space",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = q > 0
    with np.errstate(divide="ignore"):
        return np.sum(q[used] * (np.log(q[used]) - np.log(p[used])))


mistake(
    "kl_sign",
    says="this is minus the divergence, which is never negative; the ratio is p/q.",
    function="kl_divergence",
    change=("np.log(p[used]) - np.log(q[used])", "np.log(q[used]) - np.log(p[used])"),
)


@mistake(
    "kl_nan",
    says="where p is 0 this computes 0 times the logarithm of 0, which is nan; sum over the entries with p > 0.",
    seen="TheAlgorithms/Python#12233: log(0) in the KL divergence",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(all="ignore"):
        return np.sum(p * np.log(p / q))


@mistake(
    "kl_epsilon",
    says="this adds a small number to q, so an impossible outcome costs 23 nats instead of infinity; sum where p > 0, and leave q as it is.",
    seen="PIQuIL/QuCumber#67: a small epsilon proposed for p and q",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = p > 0
    return np.sum(p[used] * np.log(p[used] / (q[used] + 1e-10)))


@mistake(
    "kl_skips_impossible",
    says="this also leaves out the entries with q = 0, which cost infinity; leave out only those with p = 0.",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = (p > 0) & (q > 0)
    return np.sum(p[used] * np.log(p[used] / q[used]))


@mistake(
    "kl_symmetric",
    says="this is the mean of both directions; the divergence of q from p is one of them.",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)

    def one_way(p, q):
        used = p > 0
        with np.errstate(divide="ignore"):
            return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))

    return (one_way(p, q) + one_way(q, p)) / 2


mistake(
    "kl_mean",
    says="this averages over the outcomes; the divergence is a sum.",
    seen="docs: torch.nn.KLDivLoss: reduction='mean' does not return the true divergence",
    function="kl_divergence",
    change=("used])))", "used]))) / p.size"),
)


@mistake(
    "kl_is_cross_entropy",
    says="this is the cross-entropy H(p, q); subtract the entropy of p, so that equal distributions give 0.",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    return -np.sum(_x_log_y(p, q))


mistake(
    "hpq_swapped",
    says="p and q are swapped: p is the weight, and the logarithm is of q.",
    function="cross_entropy_of",
    change=("_x_log_y(p, q)", "_x_log_y(q, p)"),
)


@mistake(
    "hpq_skips_impossible",
    says="this leaves out the entries with q = 0, which cost infinity where p is not 0; leave out only those with p = 0.",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    used = q > 0
    return -np.sum(p[used] * np.log(q[used]))


mistake(
    "hpq_epsilon",
    says="this adds a small number under the logarithm, so an impossible outcome costs 23 nats instead of infinity; add nothing.",
    seen="charlesaraya/deep-learning src/layers/losses.py: np.log(y_hat + 1e-8)",
    function="cross_entropy_of",
    change=("_x_log_y(p, q)", "p * np.log(q + 1e-10)"),
)


@mistake(
    "hpq_nan",
    says="where both are 0 this computes 0 times the logarithm of 0, which is nan; leave out the entries with p = 0.",
    seen="OpenBMB/ModelCenter#14: 0 times -inf is nan in -(p * log q).sum()",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(q))


mistake(
    "hpq_is_kl",
    says="this is the divergence only; add the entropy of p to get the cross-entropy.",
    function="cross_entropy_of",
    change=("-np.sum(_x_log_y(p, q))", "kl_divergence(p, q)"),
)

mistake(
    "hpq_binary",
    says="this adds the terms (1 - p)·log(1 - q) of binary cross-entropy; over several outcomes each has one term, p·log q.",
    seen="FluxML/Flux.jl#139: asks for the terms (1 - y) * log(1 - ŷ) in crossentropy",
    function="cross_entropy_of",
    change=("_x_log_y(p, q)", "_x_log_y(p, q) + _x_log_y(1 - p, 1 - q)"),
)


@mistake(
    "entropy_fills_zeros",
    says="this writes 1 into the caller's array where a probability is 0; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def entropy(p):
    p = _distribution(p, "p")
    p[p == 0] = 1
    return -np.sum(p * np.log(p))


@mistake(
    "kl_in_place",
    says="this divides in place, so that the caller's p becomes the ratio p/q; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used, weight = p > 0, np.array(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        p /= q
        return np.sum(weight[used] * np.log(p[used]))


@mistake(
    "hpq_fills_zeros",
    says="this writes 1 into the caller's q where p is 0; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    q[p == 0] = 1
    with np.errstate(divide="ignore"):
        return -np.sum(p * np.log(q))
