"""Known wrong answers of 05-multi-task, part `validation`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "loss_checks_nothing",
    says="this checks nothing: (N,) with (N, 1) broadcasts to (N, N), and torch silently skips a label of -100.",
    seen="pytorch/pytorch#16045: (n, 1) beside (n,), and no error",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode if mode in ("normalised", "uncertainty") else "fixed", lam)

    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


@mistake(
    "loss_compares_lengths",
    says="this compares only lengths, so (N,) with (N, 1) passes and broadcasts to (N, N); compare the shapes.",
    seen="andrejhulak/nums-numpy loss_fn.py: assert len(y_true) == len(y_pred)",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    if len(reg_pred) != len(reg_target):
        raise ValueError(f"reg_pred has shape {tuple(reg_pred.shape)}, reg_target {tuple(reg_target.shape)}")
    right(logits, labels, reg_pred.reshape(-1), reg_target.reshape(-1))


@mistake(
    "loss_asserts",
    says="this uses assert, which raises an AssertionError; raise a ValueError with a message.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    try:
        right(logits, labels, reg_pred, reg_target)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@mistake(
    "loss_skips_minus_100",
    says="this accepts a label of -100, which torch's cross-entropy silently skips; raise a ValueError for it.",
    seen="docs: torch.nn.CrossEntropyLoss: ignore_index, a target value that is ignored",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    right(logits, torch.where(labels == -100, 0, labels), reg_pred, reg_target)


@mistake(
    "loss_silent_about_shapes",
    says="the message does not name both shapes; say which shape came and which was expected.",
    replayable=False,
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    if reg_pred.shape != reg_target.shape:
        raise ValueError("shapes differ")
    right(logits, labels, reg_pred, reg_target)


mistake(
    "squares_multiplied_out",
    function="MultiTaskLoss",
    also=("train", "score", "lambda_tradeoff"),
    says="the square is multiplied out: in float32 small errors get lost between large squares; subtract first.",
    change=(
        "F.mse_loss(reg_pred, reg_target)",
        "(reg_pred**2).mean() - 2 * (reg_pred * reg_target).mean() + (reg_target**2).mean()",
    ),
)
