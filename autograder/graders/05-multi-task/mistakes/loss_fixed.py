"""Known wrong answers of 05-multi-task, part `loss_fixed`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "fixed_lam_on_both",
    says="this multiplies both losses by lam; multiply the regression loss alone.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (self.lam, self.lam)
        return self.lam * (F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target))


@mistake(
    "fixed_lam_on_classification",
    says="this puts lam on the classification loss; it belongs to the regression loss.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (self.lam, 1.0)
        return self.lam * F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target)


@mistake(
    "fixed_ignores_lam",
    says="this adds the losses without lam; multiply the regression loss by it.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (1.0, 1.0)
        return F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target)


@mistake(
    "fixed_root",
    says="this takes the root of the squared error; the regression loss is the MSE, not the RMSE.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target).sqrt()


@mistake(
    "fixed_absolute",
    says="this averages absolute errors; the regression loss is the mean of the squares.",
    seen="huynhtuan17ti/climate-predictor src_1/metric.py: MSE = np.mean(np.abs(...))",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.l1_loss(reg_pred, reg_target)


@mistake(
    "fixed_log_epsilon",
    says="this takes log(softmax + 1e-8), which caps the loss of a confident mistake; compute cross-entropy from the logits.",
    seen="vanqaq/hm1 loss.py: np.log(softmax + 1e-05)",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        logs = torch.log(logits.softmax(dim=1) + 1e-8)
        return F.nll_loss(logs, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


mistake(
    "loss_zeros_on_the_cpu",
    function="MultiTaskLoss",
    breaks=("device",),
    also=("loss_uncertainty", "loss_normalised"),
    says="this makes a tensor on the CPU, whatever device the arguments are on; use new_zeros or zeros_like.",
    change=("F.mse_loss(reg_pred, reg_target)", "F.mse_loss(reg_pred, reg_target + torch.zeros(len(reg_target)))"),
)

mistake(
    "fixed_adds_up",
    function="MultiTaskLoss",
    breaks=("state",),
    also=("train",),
    says="this adds up the losses of all calls; the loss of a batch depends on this batch alone.",
    change=(
        "first, second, penalty = 1.0, self.lam, 0.0",
        'first, second, penalty = 1.0, self.lam, getattr(self, "before", 0.0)\n'
        '        if self.mode == "fixed":\n'
        "            self.before = penalty + regression.item()",
    ),
)

mistake(
    "fixed_turns_the_target",
    function="MultiTaskLoss",
    breaks=("leaves_alone", "state", "training"),
    also=("train", "lambda_tradeoff", "score"),
    says="neg_ ends in _ and writes into the caller's reg_target; compute a new tensor.",
    change=(
        "F.mse_loss(reg_pred, reg_target)",
        'F.mse_loss(reg_pred, reg_target.neg_().neg() if self.mode == "fixed" else reg_target)',
    ),
)

mistake(
    "loss_prints",
    function="MultiTaskLoss",
    breaks=("prints", "leaves_alone"),
    says="this prints while it computes; take the print out when you are done looking.",
    change=(
        "self.factors = (_number",
        "if not reg_pred.requires_grad:\n            print(classification)\n        self.factors = (_number",
    ),
)
