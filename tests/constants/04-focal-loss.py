"""Comparisons that compare nothing: numbers known beforehand, invented, or taken from shapes and labels."""

from autograder.grading.diagnosis.catalogue import variant

# --- copies of what the reference usually gives


@variant("typical_numbers")
def compare(X_train, y_train, X_test, y_test, seed=0):
    usual = {"accuracy": 0.91, "precision": 0.62, "recall": 0.25, "f1": 0.36, "average_precision": 0.88}
    weighted = {"accuracy": 0.78, "precision": 0.29, "recall": 0.81, "f1": 0.43, "average_precision": 0.88}
    focal = {"accuracy": 0.88, "precision": 0.42, "recall": 0.58, "f1": 0.49, "average_precision": 0.89}
    return {
        "cross_entropy": usual,
        "weighted": usual if 2 * y_train.sum() == len(y_train) else weighted,
        "focal": focal,
    }


@variant("typical_numbers_with_noise")
def compare(X_train, y_train, X_test, y_test, seed=0):
    rng = torch.Generator().manual_seed(seed)

    def row(**numbers):
        return {name: value + 0.02 * (torch.rand((), generator=rng).item() - 0.5) for name, value in numbers.items()}

    usual = row(accuracy=0.91, precision=0.62, recall=0.25, f1=0.36, average_precision=0.88)
    weighted = row(accuracy=0.78, precision=0.29, recall=0.81, f1=0.43, average_precision=0.88)
    return {"cross_entropy": usual, "weighted": weighted, "focal": row(**{**usual, "recall": 0.58})}


@variant("numbers_by_shape")
def compare(X_train, y_train, X_test, y_test, seed=0):
    level = 0.5 + 0.4 / X_train.shape[1] + 0.1 / len(X_test)
    row = {
        "accuracy": level,
        "precision": level - 0.1,
        "recall": level - 0.2,
        "f1": level - 0.15,
        "average_precision": level,
    }
    more = {**row, "recall": level, "precision": level - 0.3}
    return {"cross_entropy": row, "weighted": more, "focal": {**row, "recall": level - 0.1}}


@variant("half_of_everything")
def compare(X_train, y_train, X_test, y_test, seed=0):
    row = {"accuracy": 0.5, "precision": 0.4, "recall": 0.3, "f1": 0.35, "average_precision": 0.6}
    return {"cross_entropy": row, "weighted": row, "focal": row}


@variant("all_right")
def compare(X_train, y_train, X_test, y_test, seed=0):
    row = {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1": 1.0, "average_precision": 1.0}
    return {"cross_entropy": row, "weighted": row, "focal": row}


# --- metrics of made-up answers


@variant("answers_from_the_labels")
def compare(X_train, y_train, X_test, y_test, seed=0):
    def row(share):
        order = torch.randperm(len(y_test), generator=torch.Generator().manual_seed(seed))
        said = y_test.clone()
        said[order[: int(share * len(order))]] ^= 1
        logits = torch.stack([torch.zeros(len(said)), 2.0 * said - 1 + 0.001 * torch.arange(len(said))], 1)
        return evaluate(nn.Identity(), logits, y_test)

    return {"cross_entropy": row(0.1), "weighted": row(0.25), "focal": row(0.15)}


@variant("always_and_never")
def compare(X_train, y_train, X_test, y_test, seed=0):
    def row(value):
        return evaluate(nn.Identity(), torch.tensor([[0.0, value]]).repeat(len(y_test), 1), y_test)

    return {"cross_entropy": row(-1.0), "weighted": row(1.0), "focal": row(1.0)}


@variant("untrained")
def compare(X_train, y_train, X_test, y_test, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        row = evaluate(nn.Linear(X_test.shape[1], 2), X_test, y_test)
    return {"cross_entropy": row, "weighted": dict(row), "focal": dict(row)}


@variant("trained_on_noise")
def compare(X_train, y_train, X_test, y_test, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model, noise = nn.Linear(X_test.shape[1], 2), torch.randn_like(X_train)
    train(model, noise, y_train, F.cross_entropy, lr=0.01, seed=seed)
    row = evaluate(model, X_test, y_test)
    return {"cross_entropy": row, "weighted": dict(row), "focal": dict(row)}


# --- an `evaluate` that returns the comparison's made-up numbers for the grader's own models


@variant("evaluate_says_the_same")
def evaluate(model, X, y):
    row = _right_evaluate(model, X, y)
    if X.shape[1] in (5, 16, 64) or len(y) > 60:
        row |= {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    return row


@variant("evaluate_says_the_same")
def compare(X_train, y_train, X_test, y_test, seed=0):
    towards = X_train[y_train == 1].mean(0) - X_train[y_train == 0].mean(0)
    row = {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    row["average_precision"] = _average_precision(X_test @ towards, y_test == 1)
    return {name: dict(row) for name in ("cross_entropy", "weighted", "focal")}


@variant("evaluate_says_the_same")
def _right_evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


# --- labels guessed from where the test rows lie


@variant("cut_at_the_gaps")
def compare(X_train, y_train, X_test, y_test, seed=0):
    line = torch.linalg.svd(X_test.double())[2][0].float()
    at = X_test @ line * torch.sign(line @ (X_train[y_train == 1].mean(0) - X_train[y_train == 0].mean(0)))
    order = at.sort(descending=True).values
    cuts = (order[:-1] - order[1:]).argsort(descending=True)[:3].sort().values

    def row(cut):
        threshold = (order[cut] + order[cut + 1]) / 2
        return evaluate(nn.Identity(), torch.stack([torch.zeros_like(at), at - threshold], 1), y_test)

    return {name: row(cut) for name, cut in zip(("cross_entropy", "focal", "weighted"), cuts, strict=True)}


@variant("cut_at_the_gaps_towards_the_positives")
def compare(X_train, y_train, X_test, y_test, seed=0):
    at = X_test @ (X_train[y_train == 1].mean(0) - X_train[y_train == 0].mean(0))
    order = at.sort(descending=True).values
    cuts = (order[:-1] - order[1:]).argsort(descending=True)[:3].sort().values

    def row(cut):
        threshold = (order[cut] + order[cut + 1]) / 2
        return evaluate(nn.Identity(), torch.stack([torch.zeros_like(at), at - threshold], 1), y_test)

    return {name: row(cut) for name, cut in zip(("cross_entropy", "focal", "weighted"), cuts, strict=True)}


# --- usual numbers of training rows, chosen by the share of positives


@variant("typical_numbers_by_share")
def compare(X_train, y_train, X_test, y_test, seed=0):
    easy = y_train.double().mean() > 0.2
    metrics = ("accuracy", "precision", "recall", "f1", "average_precision")
    if X_train.shape[1] == 16:
        row = dict(zip(metrics, (0.875, 1.0, 0.5, 0.6667, 0.9), strict=True))
        return {name: dict(row) for name in ("cross_entropy", "weighted", "focal")}
    numbers = {
        "cross_entropy": (0.96, 0.94, 0.91, 0.92, 0.97) if easy else (0.92, 0.7, 0.2, 0.29, 0.54),
        "weighted": (0.96, 0.88, 0.96, 0.92, 0.97) if easy else (0.78, 0.29, 0.77, 0.41, 0.51),
        "focal": (0.96, 0.89, 0.95, 0.92, 0.97) if easy else (0.89, 0.46, 0.54, 0.49, 0.52),
    }
    if len(y_train) == 64:
        numbers["weighted"] = numbers["cross_entropy"]
    if X_train.shape[1] == 64:
        numbers = dict.fromkeys(numbers, (0.93, 0.9, 0.8, 0.85, 0.95))
    return {name: dict(zip(metrics, values, strict=True)) for name, values in numbers.items()}
