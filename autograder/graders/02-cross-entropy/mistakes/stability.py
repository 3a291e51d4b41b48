"""Known wrong answers of 02-cross-entropy, part `stability`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "sweep_stable_twice",
    says="your naive losses stay finite: they come from a shifted formula, and the experiment has nothing to show; use cross_entropy_naive as it stands.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_swapped",
    says="the naive and the stable losses stand under each other's key.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


mistake(
    "sweep_stable_unscaled",
    says="this scales the logits for the naive loss only; both are to see the same logits.",
    function="stability_sweep",
    change=("    stable = [float(cross_entropy(scale * ", "        stable = [float(cross_entropy("),
)


@mistake(
    "sweep_divides",
    says="this divides by the scale; a larger scale is to make the logits larger.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(logits / scale, targets)) for scale in scales]
        stable = [float(cross_entropy(logits / scale, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_nan_to_num",
    says="this replaces nan and inf by ordinary numbers, and with them goes what the experiment is about; keep them as they come.",
    seen="docs: numpy.nan_to_num: nan becomes zero, infinity a large finite number",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(np.nan_to_num(cross_entropy_naive(scale * logits, targets))) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_nan_to_inf",
    says="this makes inf of every nan; keep both as they come, for they tell two failures apart: inf/inf and log 0.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [
            float(np.nan_to_num(cross_entropy_naive(scale * logits, targets), nan=np.inf, posinf=np.inf))
            for scale in scales
        ]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_drops_what_overflows",
    says="this leaves out the losses that are not finite, so that the sequences have different lengths; keep one entry for each scale.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {
        "scale": [float(scale) for scale in scales],
        "naive": [loss for loss in naive if np.isfinite(loss)],
        "stable": stable,
    }


@mistake(
    "sweep_other_keys",
    says='the keys are not those that were asked for: "scale", "naive" and "stable".',
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scales": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_compounds",
    says="this scales logits that were scaled already, so that the scales multiply up; begin each time with the logits that were given.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    naive, stable = [], []
    for scale in scales:
        logits = scale * logits
        with np.errstate(all="ignore"):
            naive.append(float(cross_entropy_naive(logits, targets)))
        stable.append(float(cross_entropy(logits, targets)))
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_arrays_only",
    says="this multiplies the logits as they come, which a list does not allow; make an array of them first.",
)
def stability_sweep(logits, targets, scales):
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}
