"""Wrong answers of 04-focal-loss that are not in the catalogue: new mistakes, and catalogued ones in other words."""

from autograder.grading.diagnosis.catalogue import mistake

# --- catalogued mistakes, written differently: they must get the catalogued name


@mistake(
    "alpha_by_class_then_power",
    part="focal_loss",
    says="alpha is inside of the power.",
    seen="written for the held-out set",
    named="focal_alpha_in_the_power",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    ce = F.cross_entropy(logits, targets, reduction="none")
    loss = (_alpha_at(alpha, logits, targets) * (1 - torch.exp(-ce))).pow(gamma) * ce
    return loss if reduction == "none" else loss.sum() if reduction == "sum" else loss.mean()


@mistake(
    "p_t_of_weighted_entropy",
    part="focal_loss",
    says="p_t has the weights in it.",
    seen="written for the held-out set",
    named="focal_weighted_p_t",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    loss = -F.log_softmax(logits, dim=-1)[torch.arange(len(targets), device=logits.device), targets]
    loss = loss * _alpha_at(alpha, logits, targets)
    p_t = torch.exp(-loss)
    return _reduced(loss * (1 - p_t).pow(gamma), reduction)


@mistake(
    "factor_without_gradient",
    part="focal_loss",
    says="the factor is computed under no_grad.",
    seen="written for the held-out set",
    named="focal_detached_factor",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = torch.log_softmax(logits, 1)
    losses = -log_p.gather(1, targets[:, None])[:, 0] * _alpha_at(alpha, logits, targets)
    with torch.no_grad():
        others = log_p.scatter(1, targets[:, None], -math.inf).logsumexp(1)
        factor = torch.exp(gamma * others) if gamma else torch.ones_like(others)
    return _reduced(factor * losses, reduction)


@mistake(
    "power_of_one_minus_exp",
    part="focal_loss",
    says="the slope of the power is infinite at 0.",
    seen="written for the held-out set",
    named="focal_naive_power",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = torch.log_softmax(logits, 1)[torch.arange(len(targets), device=logits.device), targets]
    p_t = torch.exp(log_p)
    losses = torch.pow(1.0 - p_t, gamma) * -log_p
    return _reduced(losses * _alpha_at(alpha, logits, targets), reduction)


@mistake(
    "weighted_average_of_losses",
    part="focal_loss",
    says="this divides by the weights.",
    seen="written for the held-out set",
    named="focal_divides_by_alphas",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    log_p = torch.log_softmax(logits, 1)
    plain = -log_p.gather(1, targets[:, None])[:, 0]
    if gamma:
        plain = torch.exp(gamma * log_p.scatter(1, targets[:, None], -math.inf).logsumexp(1)) * plain
    _require_reduction(reduction)
    weights = torch.ones_like(plain) * _alpha_at(alpha, logits, targets)
    if reduction == "mean":
        return (weights * plain).sum() / weights.sum()
    return _reduced(weights * plain, reduction)


@mistake(
    "typed_in_square",
    part="focal_loss",
    says="the exponent is typed in.",
    seen="written for the held-out set",
    named="focal_gamma_ignored",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    ce = F.cross_entropy(logits, targets, reduction="none")
    others = torch.softmax(logits, 1).scatter(1, targets[:, None], 0.0).sum(1)
    return _reduced(_alpha_at(alpha, logits, targets) * others**2 * ce, reduction)


@mistake(
    "alpha_for_the_zeros",
    part="sigmoid_focal_loss",
    says="alpha is given to the negatives.",
    seen="written for the held-out set",
    named="sigmoid_alpha_swapped",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    margin = (2 * targets - 1) * logits
    loss = F.softplus(-margin) * torch.exp(-gamma * F.softplus(margin))
    if alpha is not None:
        loss = ((1 - alpha) * targets + alpha * (1 - targets)) * loss
    return _reduced(loss, reduction)


@mistake(
    "one_factor_for_both",
    part="sigmoid_focal_loss",
    says="negatives have alpha too.",
    seen="written for the held-out set",
    named="sigmoid_alpha_for_all",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    signed = (2 * targets - 1) * logits
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    return _reduced(losses if alpha is None else losses * alpha, reduction)


@mistake(
    "truthy_alpha",
    part="sigmoid_focal_loss",
    says="an alpha of 0 is taken for None.",
    seen="written for the held-out set",
    named="sigmoid_alpha_zero_is_none",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    signed = (2 * targets - 1) * logits
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha:
        losses = losses * (targets * alpha + (1 - targets) * (1 - alpha))
    return _reduced(losses, reduction)


@mistake(
    "smoothing_of_torch",
    part="modules",
    says="torch's smoothing.",
    seen="written for the held-out set",
    named="smoothing_over_all_classes",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.loss = nn.CrossEntropyLoss(label_smoothing=smoothing)

    def forward(self, logits, targets):
        return self.loss(logits, _classes(logits, targets))


@mistake(
    "loop_without_zero_grad",
    part="train",
    says="gradients add up.",
    seen="written for the held-out set",
    named="train_no_zero_grad",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for epoch in range(epochs):
            model.train()
            order, running = torch.randperm(X.shape[0]), 0.0
            for start in range(0, X.shape[0], batch_size):
                batch = order[start : start + batch_size]
                loss = loss_fn(model(X[batch]), y[batch])
                loss.backward()
                optimizer.step()
                running += loss.item() * batch.numel()
            losses.append(running / X.shape[0])
    return losses


@mistake(
    "seed_in_the_first_line",
    part="train",
    says="the caller's state is seeded.",
    seen="written for the held-out set",
    named="train_seeds_globally",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    torch.manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    for epoch in range(epochs):
        order, running = torch.randperm(X.shape[0]), 0.0
        for start in range(0, X.shape[0], batch_size):
            batch = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = loss_fn(model(X[batch]), y[batch])
            loss.backward()
            optimizer.step()
            running += loss.item() * batch.numel()
        losses.append(running / X.shape[0])
    return losses


@mistake(
    "eval_for_good",
    part="evaluate",
    says="the mode is not given back.",
    seen="written for the held-out set",
    named="evaluate_left_in_eval",
)
def evaluate(model, X, y):
    with torch.no_grad():
        logits = model.eval()(X)
    guess, truth = logits.argmax(1), y == 1
    tp = ((guess == 1) & truth).sum().item()
    n_guess, n_truth = (guess == 1).sum().item(), truth.sum().item()
    return {
        "accuracy": (guess == y).double().mean().item(),
        "precision": tp / n_guess if n_guess else 0.0,
        "recall": tp / n_truth if n_truth else 0.0,
        "f1": 2 * tp / (n_guess + n_truth) if n_guess + n_truth else 0.0,
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], truth),
    }


# --- new mistakes: they must lose points in their part, and must not be called by a wrong name


@mistake("twice_the_loss", part="focal_loss", says="the power is one too high.", seen="written for the held-out set")
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    ce = F.cross_entropy(logits, targets, reduction="none")
    return _reduced(_alpha_at(alpha, logits, targets) * (1 - torch.exp(-ce)) ** (gamma + 1) * ce, reduction)


@mistake(
    "normalised_alphas", part="focal_loss", says="the weights are normalised.", seen="written for the held-out set"
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    losses = F.cross_entropy(logits, targets, reduction="none")
    if gamma:
        others = logits.scatter(1, targets[:, None], -math.inf)
        losses = losses * torch.exp(gamma * (others.logsumexp(1) - logits.logsumexp(1)))
    _require_reduction(reduction)
    weights = _alpha_at(alpha, logits, targets)
    if isinstance(weights, torch.Tensor) and weights.ndim:
        weights = weights / torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device).sum()
    return _reduced(weights * losses, reduction)


@mistake(
    "entropy_of_all_classes", part="focal_loss", says="this sums over all classes.", seen="written for the held-out set"
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1)
    losses = -((1 - log_p.exp()) ** gamma * log_p).sum(dim=1)
    return _reduced(_alpha_at(alpha, logits, targets) * losses, reduction)


@mistake("half_weight_for_none", part="sigmoid_focal_loss", says="None is a half.", seen="written for the held-out set")
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    alpha = 0.5 if alpha is None else alpha
    margin = (2 * targets - 1) * logits
    loss = F.softplus(-margin) * torch.exp(-gamma * F.softplus(margin))
    return _reduced((alpha * targets + (1 - alpha) * (1 - targets)) * loss, reduction)


@mistake(
    "only_positives", part="sigmoid_focal_loss", says="negatives have no loss.", seen="written for the held-out set"
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape or logits.numel() == 0:
        raise ValueError(f"{tuple(logits.shape)} and {tuple(targets.shape)}")
    _require_reduction(reduction)
    loss = -targets * torch.exp(gamma * F.logsigmoid(-logits)) * F.logsigmoid(logits)
    return _reduced(loss if alpha is None else alpha * loss, reduction)


@mistake("smoothing_doubled", part="modules", says="the smoothing is doubled.", seen="written for the held-out set")
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = 2 * smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        hit = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / (logits.shape[1] - 1)
        return -((1 - self.smoothing) * hit + share * (log_p.sum(1) - hit)).mean()


@mistake(
    "one_epoch_only", part="train", says="there is one epoch.", seen="written for the held-out set", also=("compare",)
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    return [loss.item()] * epochs


@mistake("adamw", part="train", says="AdamW decays the weights.", seen="transformers' usual optimiser")
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimizer.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "trapezoids",
    part="evaluate",
    says="trapezoids for steps.",
    seen="sklearn.metrics.auc over the precision-recall curve",
)
def _average_precision(scores, actual):
    if not actual.any():
        return 0.0
    order = scores.argsort(descending=True)
    hits = actual[order].double().cumsum(0)
    precision = hits / torch.arange(1, len(hits) + 1)
    recall = hits / hits[-1]
    return torch.trapezoid(precision, recall).item()


@mistake("averaged_over_classes", part="evaluate", says="recall is averaged over both classes.", seen="average='macro'")
def evaluate(model, X, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was)
    guess = logits.argmax(1)
    tp = ((guess == 1) & (y == 1)).sum().item()
    tn = ((guess == 0) & (y == 0)).sum().item()
    n_guess, n_truth = (guess == 1).sum().item(), (y == 1).sum().item()
    return {
        "accuracy": (guess == y).double().mean().item(),
        "precision": _ratio(tp, n_guess),
        "recall": (_ratio(tp, n_truth) + _ratio(tn, len(y) - n_truth)) / 2,
        "f1": _ratio(2 * tp, n_guess + n_truth),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], y == 1),
    }


@mistake("untrained", part="compare", says="nothing is trained.", seen="written for the held-out set")
def compare(X_train, y_train, X_test, y_test, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Linear(X_train.shape[1], 2).to(X_train)
    return {name: evaluate(model, X_test, y_test) for name in ("cross_entropy", "weighted", "focal")}


@mistake("type_errors", part="validation", says="this raises TypeErrors.", seen="written for the held-out set")
def _require_reduction(reduction):
    if reduction not in ("none", "mean", "sum"):
        raise TypeError(reduction)
