"""Known wrong answers of 02-cross-entropy, part `class_weights`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "weights_without_c",
    says="the number of classes C is missing in the denominator, so balanced classes get C instead of 1.",
    seen="mistaluai/AIFellowship_CodingChallenge weighted_loss.py: total_samples / class_counts",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_reciprocal",
    says="this is one over each count; multiply it by n/C, so that balanced classes get 1.",
    seen="PRBonn/lidar-bonnetal#48: 1 / (content + epsilon), one over a class's frequency",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = 1 / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_sum_to_one",
    says="this scales the weights so that they sum to 1; balanced classes should get 1 each.",
    seen="WajeehAlamoudi/skinlite again/utils.py: normed / normed.sum()",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = 1 / counts / np.sum(1 / counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_mean_one",
    says="this scales the weights so that their mean is 1; n/(C·n_c) needs no scaling.",
    seen="usagisukisuki/Imbalanced-Classification utils/loss/gr.py: divided by torch.mean",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.size / counts / np.sum(1 / counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_of_the_largest",
    says="this divides the largest count by each count; the numerator is n/C, the mean count.",
    seen="docs: torch.nn.BCEWithLogitsLoss: pos_weight is the ratio of two counts",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.max() / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_frequencies",
    says="this gives large weights to frequent classes; rare ones should count more.",
    seen="ninous-dev/heart-prediction LogisticRegression/compute_class_weights.py: counts / rows",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts * counts.size / counts.sum()
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_without_c",
    says="the number of classes is missing under the root; take the root of the whole inverse weight.",
    breaks=("strategy",),
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(counts.sum() / counts)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_of_counts",
    says="this is one over the root of each count; take the root of the inverse weight, n/C included.",
    breaks=("strategy",),
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return 1 / np.sqrt(counts)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_of_the_frequency",
    says="this divides n/C by the root of n_c; take the root of the whole fraction.",
    breaks=("strategy",),
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return counts.sum() / (counts.size * np.sqrt(counts))
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


mistake(
    "weights_effective_upside_down",
    says="this is the effective number itself, which grows with the count; the weight is one over it.",
    change=(
        'raise ValueError(f\'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}\')\n'
        "    if not 0 <= beta < 1:\n"
        '        raise ValueError(f"beta must lie in [0, 1), got {beta}")\n'
        "    if beta == 0:\n"
        "        return np.ones_like(counts)\n"
        "    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))",
        'raise ValueError(f"unknown strategy {strategy!r}")\n    return (1 - beta**counts) / (1 - beta)',
    ),
)

mistake(
    "weights_effective_normalised",
    says="this scales the effective weights so that they sum to C; here they should not be scaled.",
    seen="richardaecn/class-balanced-loss#7: weights / np.sum(weights) * C",
    change=(
        'raise ValueError(f\'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}\')\n'
        "    if not 0 <= beta < 1:\n"
        '        raise ValueError(f"beta must lie in [0, 1), got {beta}")\n'
        "    if beta == 0:\n"
        "        return np.ones_like(counts)\n"
        "    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))",
        'raise ValueError(f"unknown strategy {strategy!r}")\n'
        "    weights = (beta - 1) / np.expm1(counts * np.log(beta)) if beta else np.ones_like(counts)\n"
        "    return weights / weights.sum() * counts.size",
    ),
)

mistake(
    "weights_effective_without_numerator",
    says="the numerator 1 - beta is missing.",
    change=(
        'raise ValueError(f\'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}\')\n'
        "    if not 0 <= beta < 1:\n"
        '        raise ValueError(f"beta must lie in [0, 1), got {beta}")\n'
        "    if beta == 0:\n"
        "        return np.ones_like(counts)\n"
        "    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))",
        'raise ValueError(f"unknown strategy {strategy!r}")\n'
        "    return -1 / np.expm1(counts * np.log(beta)) if beta else np.ones_like(counts)",
    ),
)

mistake(
    "weights_beta_ignored",
    says="this always computes with 0.999; use the beta that is passed.",
    change=(
        'raise ValueError(f\'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}\')\n'
        "    if not 0 <= beta < 1:\n"
        '        raise ValueError(f"beta must lie in [0, 1), got {beta}")\n'
        "    if beta == 0:\n"
        "        return np.ones_like(counts)\n"
        "    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))",
        'raise ValueError(f"unknown strategy {strategy!r}")\n    return -0.001 / np.expm1(counts * np.log(0.999))',
    ),
)

mistake(
    "weights_beta_times_n",
    says="this multiplies beta by the count; raise beta to the power of the count.",
    change=(
        'raise ValueError(f\'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}\')\n'
        "    if not 0 <= beta < 1:\n"
        '        raise ValueError(f"beta must lie in [0, 1), got {beta}")\n'
        "    if beta == 0:\n"
        "        return np.ones_like(counts)\n"
        "    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))",
        'raise ValueError(f"unknown strategy {strategy!r}")\n'
        '    with np.errstate(all="ignore"):\n'
        "        return (1 - beta) / (1 - beta * counts)",
    ),
)


@mistake(
    "weights_whole_numbers",
    says="this divides with //, which cuts off the decimals.",
    seen="MathGaron/mean_average_precision#9: integer division (there of precision and recall)",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() // (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_in_place",
    says="this works in place on the caller's array of counts; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    total, classes = counts.sum(), counts.size
    if strategy == "inverse":
        np.divide(total / classes, counts, out=counts)
        return counts
    inverse = total / (classes * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
