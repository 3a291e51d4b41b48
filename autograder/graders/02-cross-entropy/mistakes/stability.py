"""Known wrong answers of 02-cross-entropy, part `stability`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "sweep_stable_twice",
    says="your naive losses stay finite: they come from a shifted formula, so the experiment shows nothing; use cross_entropy_naive unchanged.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_swapped",
    says="the keys of the naive and the stable losses are swapped.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


mistake(
    "sweep_stable_unscaled",
    says="this scales the logits for the naive loss only; both should get the same logits.",
    function="stability_sweep",
    change=("    stable = [float(cross_entropy(scale * ", "        stable = [float(cross_entropy("),
)


@mistake(
    "sweep_divides",
    says="this divides by the scale; a larger scale should make the logits larger.",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(logits / scale, targets)) for scale in scales]
        stable = [float(cross_entropy(logits / scale, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_nan_to_num",
    says="this replaces nan and inf, which are what the experiment should show, by ordinary numbers; keep them.",
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
    says="this turns each nan into inf; keep both, because they show two different failures: inf/inf and log 0.",
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
    says="this leaves out the losses that are not finite, so the sequences have different lengths; keep one entry for each scale.",
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
    says='the keys are not the ones in the task: "scale", "naive" and "stable".',
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scales": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_compounds",
    says="this scales logits that are already scaled, so the scales multiply; start from the given logits each time.",
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
