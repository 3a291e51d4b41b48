"""What students hand in for 04-focal-loss, where it is other than the reference."""

from autograder.grading.diagnosis.catalogue import variant


@variant("focal:logsigmoid")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    log_rest = targets * F.logsigmoid(-logits) + (1 - targets) * F.logsigmoid(logits)
    loss = torch.exp(gamma * log_rest) * ce
    if alpha is not None:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return _reduced(loss, reduction)


@variant("focal:exp_ce")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    ce = F.cross_entropy(logits, targets, reduction="none")
    pt = torch.exp(-ce)
    loss = (1 - pt) ** gamma * ce
    if alpha is not None:
        alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
        loss = (alpha if alpha.ndim == 0 else alpha[targets]) * loss
    return {"none": loss, "mean": loss.mean(), "sum": loss.sum()}[reduction]


@variant("focal:weighted_pt")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    weight = None if alpha is None else torch.as_tensor(alpha, dtype=logits.dtype) * torch.ones(logits.shape[1])
    ce = F.cross_entropy(logits, targets, weight=weight, reduction="none")
    pt = torch.exp(-ce)
    loss = (1 - pt) ** gamma * ce
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


@variant("focal:detached")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    logp = F.log_softmax(logits, 1).gather(1, targets[:, None]).squeeze(1)
    with torch.no_grad():
        factor = (1 - logp.exp()) ** gamma
    return _reduced(-_alpha_at(alpha, logits, targets) * factor * logp, reduction)


@variant("sigmoid:swapped")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    pt = p * targets + (1 - p) * (1 - targets)
    loss = ce * (1 - pt) ** gamma
    if alpha is not None:
        loss = ((1 - alpha) * targets + alpha * (1 - targets)) * loss
    return _reduced(loss, reduction)


@variant("module:attribute")
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        self.alpha = alpha if alpha is None else torch.tensor(alpha)
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, logits, targets):
        return focal_loss(logits, targets, self.alpha, self.gamma, self.reduction)


@variant("smoothing:torch")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.loss = nn.CrossEntropyLoss(label_smoothing=smoothing)

    def forward(self, logits, targets):
        return self.loss(logits, targets)


@variant("train:global_seed")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    torch.manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(X))
        total = 0
        for i in range(0, len(X), batch_size):
            batch = order[i : i + batch_size]
            optimiser.zero_grad()
            loss = loss_fn(model(X[batch]), y[batch])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        losses.append(total / len(X))
    return losses


@variant("train:generator")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    g = torch.Generator().manual_seed(seed)
    data = torch.utils.data.TensorDataset(X, y)
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, shuffle=True, generator=g)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for bx, by in loader:
            loss = loss_fn(model(bx), by)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(bx)
        losses.append(total / len(X))
    return losses


@variant("evaluate:left_in_eval")
def evaluate(model, X, y):
    model.eval()
    with torch.no_grad():
        logits = model(X)
    pred, actual = logits[:, 1] > logits[:, 0], y == 1
    tp = (pred & actual).sum().item()
    return {
        "accuracy": (pred == actual).double().mean().item(),
        "precision": _ratio(tp, pred.sum().item()),
        "recall": _ratio(tp, actual.sum().item()),
        "f1": _ratio(2 * tp, pred.sum().item() + actual.sum().item()),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@variant("evaluate:nan")
def evaluate(model, X, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was)
    pred = logits.argmax(1)
    tp = ((pred == 1) & (y == 1)).sum().item()
    precision = tp / (pred == 1).sum().item()
    recall = tp / (y == 1).sum().item()
    return {
        "accuracy": (pred == y).double().mean().item(),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], y == 1),
    }
