# Results of the right type everywhere, with nothing in them.
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    nothing = 0 * logits.sum(dim=1)
    return nothing if reduction == "none" else nothing.sum()


def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    nothing = 0 * logits
    return nothing if reduction == "none" else nothing.sum()


class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        self.alpha, self.gamma, self.reduction = alpha, gamma, reduction

    def forward(self, logits, targets):
        return 0 * logits.sum()


class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()

    def forward(self, logits, targets):
        return 0 * logits.sum()


def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    return [0.0] * epochs


def evaluate(model, X, y):
    return dict.fromkeys(("accuracy", "precision", "recall", "f1", "average_precision"), 0.0)


def compare(X_train, y_train, X_test, y_test, seed=0):
    return {name: evaluate(None, X_test, y_test) for name in ("cross_entropy", "weighted", "focal")}
