"""Right answers to 04-focal-loss in other styles; each must earn full points."""

from autograder.grading.diagnosis.catalogue import naive, variant

# --- loops over examples


@variant("loops")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    classes, losses = logits.shape[1], []
    if alpha is not None and not isinstance(alpha, (int, float)):
        alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
        if alpha.ndim > 0 and len(alpha) != classes:
            raise ValueError(f"{len(alpha)} weights for {classes} classes")
    for row, target in zip(logits, map(int, targets), strict=True):
        log_p = torch.log_softmax(row, 0)
        rest = torch.stack([log_p[c] for c in range(classes) if c != target])
        loss = -log_p[target]
        if gamma > 0:
            loss = loss * (gamma * torch.logsumexp(rest, 0)).exp()
        if alpha is not None:
            loss = loss * (alpha[target] if isinstance(alpha, torch.Tensor) and alpha.ndim else alpha)
        losses.append(loss)
    losses = torch.stack(losses)
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / len(losses)}[reduction]


@variant("loops")
def evaluate(model, X, y):
    mode = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    if mode:
        model.train()
    tp = fp = fn = tn = 0
    scored = []
    for (z0, z1), label in zip(logits.tolist(), y.tolist(), strict=True):
        scored.append((z1 - z0, label))
        if z1 > z0 and label == 1:
            tp += 1
        elif z1 > z0:
            fp += 1
        elif label == 1:
            fn += 1
        else:
            tn += 1
    ap, found, seen, before = 0.0, 0, 0, 0.0
    for threshold in sorted({score for score, _ in scored}, reverse=True):
        for score, label in scored:
            if score == threshold:
                seen += 1
                found += label
        if tp + fn:
            recall = found / (tp + fn)
            ap += (recall - before) * found / seen
            before = recall
    return {
        "accuracy": (tp + tn) / len(scored),
        "precision": tp / (tp + fp) if tp + fp > 0 else 0.0,
        "recall": tp / (tp + fn) if tp + fn > 0 else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp > 0 else 0.0,
        "average_precision": ap,
    }


# --- one-hot products


@variant("one_hot")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    mine = F.one_hot(targets, logits.shape[1]).to(logits.dtype)
    log_p = logits.log_softmax(-1)
    rest = torch.logsumexp(log_p.masked_fill(mine.bool(), float("-inf")), -1)
    ce = -(mine * log_p).sum(-1)
    factor = torch.exp(gamma * rest) if gamma else torch.ones_like(ce)
    if alpha is not None:
        alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
        if alpha.ndim and alpha.shape[0] != logits.shape[1]:
            raise ValueError("one weight for each class")
        factor = factor * (alpha if alpha.ndim == 0 else mine @ alpha)
    losses = factor * ce
    return losses if reduction == "none" else getattr(losses, reduction)()


@variant("one_hot")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.eps = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        mine = F.one_hot(targets, logits.shape[1]).to(logits.dtype)
        wanted = (1 - self.eps) * mine + self.eps / (logits.shape[1] - 1) * (1 - mine)
        return -(wanted * F.log_softmax(logits, 1)).sum(1).mean()


# --- einsum


@variant("einsum")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = float(smoothing)

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        rows, classes = logits.shape
        wanted = torch.full_like(logits, self.smoothing / (classes - 1))
        wanted[torch.arange(rows, device=logits.device), targets] = 1 - self.smoothing
        return -torch.einsum("nc,nc->n", wanted, torch.log_softmax(logits, 1)).sum() / rows


# --- torch's cross-entropy does most of the work


@variant("cross_entropy")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    ce = F.cross_entropy(logits, targets, reduction="none")
    others = logits.scatter(1, targets.unsqueeze(1), -math.inf)
    log_rest = others.logsumexp(1) - logits.logsumexp(1)
    losses = _alpha_at(alpha, logits, targets) * ce
    if gamma != 0:
        losses = losses * torch.exp(gamma * log_rest)
    if reduction == "none":
        return losses
    return torch.sum(losses) if reduction == "sum" else torch.mean(losses)


@variant("cross_entropy")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        classes = logits.shape[1]
        wanted = torch.full_like(logits, self.smoothing / (classes - 1))
        wanted.scatter_(1, targets[:, None], 1 - self.smoothing)
        return F.cross_entropy(logits, wanted)


@variant("torch_smoothing_rescaled")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        nll = F.nll_loss(log_p, targets)
        others = -(log_p.sum(dim=1).mean() + nll)
        return (1 - self.smoothing) * nll + self.smoothing * others / (logits.shape[1] - 1)


# --- the sigmoid form


@variant("bce_with_logits")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    wrong = F.binary_cross_entropy_with_logits(logits, 1 - targets, reduction="none")
    losses = torch.exp(-gamma * wrong) * ce
    if alpha is not None:
        losses = (alpha * targets + (1 - alpha) * (1 - targets)) * losses
    return _reduced(losses, reduction)


@variant("softplus")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if tuple(logits.shape) != tuple(targets.shape):
        raise ValueError(f"logits {tuple(logits.shape)}, targets {tuple(targets.shape)}")
    if not logits.numel():
        raise ValueError("no elements")
    _require_reduction(reduction)
    margin = (2 * targets - 1) * logits
    losses = F.softplus(-margin) * torch.exp(-gamma * F.softplus(margin))
    if alpha is not None:
        losses = losses * torch.where(targets > 0.5, alpha, 1 - alpha).to(losses.dtype)
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


@variant("positives_and_negatives_apart")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"{tuple(logits.shape)} against {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError("nothing to average")
    _require_reduction(reduction)
    log_p, log_q = F.logsigmoid(logits), F.logsigmoid(-logits)
    positive = -torch.exp(gamma * log_q) * log_p
    negative = -torch.exp(gamma * log_p) * log_q
    if alpha is not None:
        positive, negative = alpha * positive, (1 - alpha) * negative
    return _reduced(targets * positive + (1 - targets) * negative, reduction)


# --- modules


@variant("module_with_its_own_formula")
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma = gamma
        self.reduction = reduction
        self.number = alpha if isinstance(alpha, (int, float)) else None
        weights = None
        if alpha is not None and self.number is None:
            weights = torch.as_tensor(alpha).detach().clone()
            weights = weights if weights.is_floating_point() else weights.float()
        self.register_buffer("weights", weights)

    def forward(self, logits, targets):
        alpha = self.weights if self.weights is not None else self.number
        return focal_loss(logits, targets, alpha=alpha, gamma=self.gamma, reduction=self.reduction)


# --- training


@variant("fork_and_slices")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model.train(True)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        losses = []
        for _ in range(epochs):
            order = torch.randperm(X.shape[0])
            batch_losses = []
            for start in range(0, X.shape[0], batch_size):
                batch = order[start : start + batch_size]
                loss = loss_fn(model(X[batch]), y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                batch_losses.append(loss.item() * len(batch))
            losses.append(sum(batch_losses) / X.shape[0])
    return losses


@variant("data_loader")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    from torch.utils.data import DataLoader, TensorDataset

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        model.train()
        history = []
        for _ in range(epochs):
            total = 0.0
            for inputs, labels in loader:
                optimizer.zero_grad(set_to_none=True)
                loss = loss_fn(model(inputs), labels)
                loss.backward()
                optimizer.step()
                total += float(loss) * len(labels)
            history.append(total / len(X))
    return history


@variant("state_saved_by_hand")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    state = torch.get_rng_state()
    try:
        torch.manual_seed(seed)
        optimiser = torch.optim.Adam(list(model.parameters()), lr)
        model.train()
        history = []
        for _ in range(epochs):
            losses = []
            for rows in torch.split(torch.randperm(len(X)), batch_size):
                model.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
            history.append(sum(losses) / len(losses))
    finally:
        torch.set_rng_state(state)
    return history


@variant("generator_and_fork")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed + 1)
        for _ in range(epochs):
            total, order = 0.0, torch.randperm(len(X), generator=generator)
            for rows in order.split(batch_size):
                loss = loss_fn(model(X[rows]), y[rows])
                for parameter in model.parameters():
                    parameter.grad = None
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


# --- metrics


@variant("softmax_scores")
def evaluate(model, X, y):
    was = model.training
    try:
        model.eval()
        with torch.inference_mode():
            logits = model(X).double()
    finally:
        model.train(was)
    predicted = logits.argmax(dim=1)
    tp = int(((predicted == 1) & (y == 1)).sum())
    fp = int(((predicted == 1) & (y != 1)).sum())
    fn = int(((predicted != 1) & (y == 1)).sum())
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    scores = logits[:, 1] - logits[:, 0]
    total, before = 0.0, 0.0
    for threshold in torch.unique(scores).flip(0):
        taken = scores >= threshold
        found = int((taken & (y == 1)).sum())
        if tp + fn:
            total += (found / (tp + fn) - before) * found / int(taken.sum())
            before = found / (tp + fn)
    return {
        "accuracy": float((predicted == y).double().mean()),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "average_precision": total,
    }


# --- the comparison


@variant("load_state_dict")
def compare(X_train, y_train, X_test, y_test, seed=0):
    counts = torch.stack([(y_train == c).sum() for c in (0, 1)]).to(X_train)
    weights = len(y_train) / (2 * counts)
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = nn.Linear(X_train.shape[1], 2).to(X_train)
    torch.set_rng_state(state)
    start = {name: value.clone() for name, value in model.state_dict().items()}

    def measured(loss_fn):
        model.load_state_dict(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        return evaluate(model, X_test, y_test)

    return {
        "cross_entropy": measured(nn.CrossEntropyLoss()),
        "weighted": measured(lambda logits, targets: F.cross_entropy(logits, targets, weight=weights)),
        "focal": measured(lambda logits, targets: focal_loss(logits, targets, alpha=[0.25, 0.75], gamma=2.0)),
    }


# --- right on float tensors, as people write them: nothing is converted, nothing is refused


@naive("exp_of_minus_ce")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    logp = torch.log_softmax(logits, dim=1)
    rows = range(len(targets))
    ce = -logp[rows, targets]
    others = logits.scatter(1, targets.unsqueeze(1), -float("inf"))
    loss = torch.exp(gamma * (torch.logsumexp(others, 1) - torch.logsumexp(logits, 1))) * ce
    if isinstance(alpha, torch.Tensor):
        loss = alpha[targets] * loss
    elif alpha is not None:
        loss = alpha * loss
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()


@naive("two_log_sum_exps")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    n, c = logits.size()
    mine = torch.arange(c, device=logits.device).expand(n, c) == targets.view(-1, 1)
    everything = logits.logsumexp(dim=1)
    rest = logits.masked_fill(mine, float("-inf")).logsumexp(dim=1)
    nll = everything - logits[mine]
    focal = (gamma * (rest - everything)).exp() * nll
    if alpha is not None:
        focal = focal * (alpha if not torch.is_tensor(alpha) else alpha.gather(0, targets))
    return {"none": focal, "mean": focal.mean(), "sum": focal.sum()}[reduction]


@naive("nll_loss_with_weights")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    log_p = F.log_softmax(logits, -1)
    hidden = F.one_hot(targets, logits.shape[-1]).bool()
    factor = torch.exp(gamma * log_p.masked_fill(hidden, -math.inf).logsumexp(-1))
    weight = alpha if isinstance(alpha, torch.Tensor) and alpha.dim() == 1 else None
    loss = factor * F.nll_loss(log_p, targets, weight=weight, reduction="none")
    if alpha is not None and weight is None:
        loss *= alpha
    if reduction != "none":
        loss = getattr(torch, reduction)(loss)
    return loss


@naive("row_by_row")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    losses = []
    for z, t in zip(logits, targets, strict=False):
        log_p = z - torch.logsumexp(z, 0)
        others = torch.cat([log_p[: int(t)], log_p[int(t) + 1 :]])
        loss = -torch.exp(gamma * torch.logsumexp(others, 0)) * log_p[int(t)]
        if alpha is not None:
            loss = loss * (alpha[int(t)] if hasattr(alpha, "__len__") else alpha)
        losses.append(loss)
    total = torch.stack(losses)
    if reduction == "mean":
        return total.mean()
    if reduction == "sum":
        return total.sum()
    return total


@naive("cross_entropy_and_a_sum_of_the_others")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    ce = F.cross_entropy(logits, targets, reduction="none")
    log_p = logits.log_softmax(1)
    mask = torch.zeros_like(logits)
    mask[range(len(targets)), targets] = float("-inf")
    ce = ce * ((log_p + mask).logsumexp(1) * gamma).exp()
    at = 1 if alpha is None else alpha[targets] if torch.is_tensor(alpha) else alpha
    ce = at * ce
    return ce if reduction == "none" else ce.mean() if reduction == "mean" else ce.sum()


@naive("logsigmoid_both_ways")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    log_p, log_not_p = F.logsigmoid(logits), F.logsigmoid(-logits)
    log_pt = targets * log_p + (1 - targets) * log_not_p
    log_rest = targets * log_not_p + (1 - targets) * log_p
    loss = -(gamma * log_rest).exp() * log_pt
    if alpha is not None:
        loss = loss * (targets * alpha + (1 - targets) * (1 - alpha))
    if reduction == "mean":
        loss = loss.mean()
    elif reduction == "sum":
        loss = loss.sum()
    return loss


@naive("bce_times_its_opposite")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    bce = F.binary_cross_entropy_with_logits
    loss = bce(logits, targets, reduction="none") * torch.exp(-gamma * bce(logits, 1 - targets, reduction="none"))
    if alpha is not None:
        loss = loss * abs(1 - alpha - targets)
    return loss if reduction == "none" else getattr(loss, reduction)()


@naive("signs")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    z = logits * (2 * targets - 1)
    weight = 1.0 if alpha is None else 1 - alpha + (2 * alpha - 1) * targets
    out = weight * F.softplus(-z) * torch.exp(-F.softplus(z) * gamma)
    return {"none": lambda: out, "sum": lambda: torch.sum(out), "mean": lambda: torch.mean(out)}[reduction]()


@naive("module_of_its_own")
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        self.gamma, self.reduction = gamma, reduction
        self.number = None
        if isinstance(alpha, float):
            self.number = alpha
            alpha = None
        self.register_buffer("weight", alpha)

    def forward(self, logits, targets):
        log_p = F.log_softmax(logits, dim=1)
        ce = F.nll_loss(log_p, targets, weight=self.weight, reduction="none")
        rest = log_p.scatter(1, targets[:, None], -math.inf).logsumexp(1)
        loss = (self.gamma * rest).exp() * ce
        if self.number is not None:
            loss = loss * self.number
        return loss if self.reduction == "none" else loss.sum() if self.reduction == "sum" else loss.mean()


@naive("module_of_its_own")
def compare(X_train, y_train, X_test, y_test, seed=0):
    n = torch.bincount(y_train)
    weights = n.sum() / (2 * n)
    losses = [nn.CrossEntropyLoss(), nn.CrossEntropyLoss(weights), FocalLoss(torch.tensor([0.25, 0.75]))]
    found = {}
    for name, loss in zip(["cross_entropy", "weighted", "focal"], losses, strict=True):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = nn.Linear(X_train.size(1), 2)
        train(model, X_train, y_train, loss, lr=0.01, seed=seed)
        found[name] = evaluate(model, X_test, y_test)
    return found


@naive("soft_targets")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        c = logits.shape[1]
        q = torch.full_like(logits, self.smoothing / (c - 1))
        q[range(len(targets)), targets] = 1 - self.smoothing
        return -(q * logits.log_softmax(1)).sum(1).mean()


@naive("smoothing_with_a_loop")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.eps = smoothing

    def forward(self, logits, targets):
        log_p, total = F.log_softmax(logits, 1), 0.0
        for row, t in zip(log_p, targets, strict=False):
            hit = row[t]
            total = total - (1 - self.eps) * hit - self.eps / (len(row) - 1) * (row.sum() - hit)
        return total / len(targets)


@naive("both_forms_at_once")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    logp = F.log_softmax(logits, dim=1).t()
    total = torch.stack(
        [
            -logp[t, i] * torch.exp(gamma * torch.cat((logp[:t, i], logp[t + 1 :, i])).logsumexp(0))
            for i, t in enumerate(targets.tolist())
        ]
    )
    total = total if alpha is None else total * (alpha[targets] if isinstance(alpha, torch.Tensor) else alpha)
    return total if reduction == "none" else getattr(total, reduction)()


@naive("both_forms_at_once")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    two = torch.stack([torch.zeros_like(logits), logits], -1).view(-1, 2)
    weights = None if alpha is None else torch.tensor([1 - alpha, alpha], dtype=logits.dtype, device=logits.device)
    each = focal_loss(two, targets.long().view(-1), weights, gamma, "none").view(logits.shape)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()
