"""Known wrong answers of 04-focal-loss, part `validation`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "classes_checks_nothing",
    says="nothing is checked; wrong shapes, empty input and targets that are not classes need a ValueError.",
    seen="PaddlePaddle/Paddle#10945: label 1000 of 100 classes gives a loss, no error",
)
def _classes(logits, targets):
    return targets.long()


mistake(
    "classes_takes_negative_targets",
    says="a negative target counts from the last class, like a Python index; raise a ValueError for it.",
    seen="PaddlePaddle/Paddle#36891: a negative label used as an address",
    function="_classes",
    change=("(targets < 0) | (targets >= logits.shape[1])", "(targets >= logits.shape[1])"),
)

mistake(
    "classes_cuts_fractions",
    says="a target of 1.5 is cut to 1; raise a ValueError for a target that is not an integer.",
    seen="keras-team/keras#570: to_categorical begins with np.asarray(y, dtype='int32')",
    function="_classes",
    change=("(targets >= logits.shape[1]) | (targets != targets.long())", "(targets >= logits.shape[1])"),
)


@mistake(
    "classes_takes_empty",
    says="empty input is accepted, and the mean of no elements is NaN; raise a ValueError for it.",
    seen="pytorch/pytorch#50224: cross_entropy of an empty batch is nan",
)
def _classes(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()


@mistake(
    "reduction_unchecked",
    says="an unknown reduction is treated as the mean; raise a ValueError for it.",
)
def _require_reduction(reduction):
    pass


@mistake(
    "alpha_of_any_length",
    says="the number of weights in alpha is not compared with the number of classes; raise a ValueError if they differ.",
    seen="clcarwin/focal_loss_pytorch#4: an alpha of two weights, and more classes",
)
def _alpha_at(alpha, logits, targets):
    if alpha is None:
        return 1.0
    alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
    return alpha if alpha.ndim == 0 else alpha[targets % len(alpha)]


mistake(
    "sigmoid_broadcasts",
    says="shapes that differ are broadcast without a warning; raise a ValueError for (N,) with (N, 1).",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
    function="sigmoid_focal_loss",
    change=(
        "if logits.shape != targets.shape:\n"
        '        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")\n'
        "    if logits.numel() == 0:",
        "if logits.numel() == 0:",
    ),
)

mistake(
    "sigmoid_takes_empty",
    says="empty input is accepted, and the mean of no elements is NaN; raise a ValueError for it.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
    function="sigmoid_focal_loss",
    change=(
        "if logits.numel() == 0:\n"
        '        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")\n'
        "    _require_reduction(reduction)",
        "_require_reduction(reduction)",
    ),
)

mistake(
    "classes_flattened",
    says="targets of shape (N, 1) are flattened; the shape must be (N,), so raise a ValueError for any other.",
    seen="docs: sklearn.utils.column_or_1d: ravels a column",
    function="_classes",
    change=(
        "if logits.ndim != 2 or targets.shape != logits.shape[:1]:",
        "targets = targets.flatten()\n    if logits.ndim != 2 or targets.shape != logits.shape[:1]:",
    ),
)


@mistake(
    "classes_asserted",
    says="bad input is refused by an assert, which raises an AssertionError and disappears under python -O; raise a ValueError.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def _classes(logits, targets):
    assert logits.ndim == 2 and targets.shape == logits.shape[:1], f"{logits.shape} and {targets.shape}"
    assert logits.numel() > 0, "empty"
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    assert not wrong.any(), f"target {targets[wrong][0].item()}"
    return targets.long()


mistake(
    "reduction_in_any_case",
    says='the reduction is turned into lower case first, so "Mean" is accepted; accept only the three exact words.',
    function="_require_reduction",
    change=('reduction not in ("none", "mean", "sum")', 'reduction.lower() not in ("none", "mean", "sum")'),
)
