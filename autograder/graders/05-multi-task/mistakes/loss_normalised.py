"""Known wrong answers of 05-multi-task, part `loss_normalised`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "normalised_not_detached",
    says="your magnitude is not detached, so the loss over itself is a constant 1 with gradient zero; detach the magnitude.",
    replayable=False,  # in a first call it does what `normalised_batches_later` does
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        return one / one.clamp(min=1e-12) + self.lam * two / two.clamp(min=1e-12)


@mistake(
    "normalised_nan",
    says="this divides 0 by 0 if a task has no error, which gives NaN; keep the magnitude away from 0.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        self.factors = (_number(1 / one.detach()), _number(self.lam / two.detach()))
        return one / one.detach() + self.lam * two / two.detach()


@mistake(
    "normalised_ignores_lam",
    says="this leaves lam out of the normalised sum; multiply the second term by it.",
)
class MultiTaskLoss(MultiTaskLoss):
    def _normalisers(self, classification, regression):
        first, second = super()._normalisers(classification, regression)
        return first, second / self.lam if self.lam else 1.0


@mistake(
    "normalised_batches_later",
    says="the magnitude kept from the first call is not detached, so the second backward() meets a freed graph; detach it.",
    seen="quark0/darts#56: a graph kept from an earlier step, for want of detach (there a hidden state)",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        if not hasattr(self, "first"):
            self.first = one, two
        self.factors = (_number(1 / self.first[0].detach()), _number(self.lam / self.first[1].detach()))
        return one / (self.first[0] + 1e-12) + self.lam * two / (self.first[1] + 1e-12)


@mistake(
    "normalised_weights_sum_to_one",
    says="this divides by the sum of both magnitudes; divide each loss by its own.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        both = (one + two).detach().clamp(min=1e-12)
        self.factors = (_number(1 / both), _number(self.lam / both))
        return one / both + self.lam * two / both
