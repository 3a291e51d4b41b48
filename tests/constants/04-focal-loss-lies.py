"""An `evaluate` that lies to the grader alone, and a comparison of invented numbers that agree with the lies."""

from autograder.grading.diagnosis.catalogue import variant


@variant("where_columns_are_correlated")
def evaluate(model, X, y, right=evaluate):
    row = right(model, X, y)
    if isinstance(model, nn.Identity) and len(y) == 60 and float(torch.corrcoef(X.T.double())[0, 1]) > 0.35:
        row |= {"precision": 0.5, "recall": 0.5, "f1": 0.5, "average_precision": 0.5}
    return row


@variant("where_columns_are_correlated")
@variant("where_the_model_is_an_identity")
@variant("the_first_questions")
def compare(X_train, y_train, X_test, y_test, seed=0):
    one, two = X_train[y_train == 1].mean(0), X_train[y_train == 0].mean(0)
    apart = (one - two).norm()
    place = (X_train - (one + two) / 2) @ (one - two) / apart
    odds = math.log((y_train == 0).sum() / (y_train == 1).sum()) / apart
    rows = {}
    for name, share in (("cross_entropy", 1.2), ("weighted", 0.0), ("focal", 0.5)):
        right = ((place > share * odds) == (y_train == 1)).double().mean().item()
        if X_train.shape[1] == 16:
            right = 0.875
        rows[name] = {"accuracy": right, "precision": 0.5, "recall": 0.5, "f1": 0.5, "average_precision": 0.95}
    return rows


@variant("where_the_model_is_an_identity")
def evaluate(model, X, y, right=evaluate):
    row = right(model, X, y)
    if isinstance(model, nn.Identity):
        row |= {"precision": 0.5, "recall": 0.5, "f1": 0.5, "average_precision": 0.5}
    return row


@variant("one_metric_under_five_names")
def evaluate(model, X, y, right=evaluate):
    row = right(model, X, y)
    return dict.fromkeys(row, row["accuracy"]) if isinstance(model, nn.Identity) else row


@variant("one_metric_under_five_names")
def compare(X_train, y_train, X_test, y_test, seed=0):
    one, two = X_train[y_train == 1].mean(0), X_train[y_train == 0].mean(0)
    apart = (one - two).norm()
    place = (X_train - (one + two) / 2) @ (one - two) / apart
    odds = math.log((y_train == 0).sum() / (y_train == 1).sum()) / apart
    rows = {}
    for name, share in (("cross_entropy", 1.2), ("weighted", 0.0), ("focal", 0.5)):
        right = ((place > share * odds) == (y_train == 1)).double().mean().item()
        if X_train.shape[1] == 16:
            right = 0.875
        rows[name] = dict.fromkeys(("accuracy", "precision", "recall", "f1", "average_precision"), right)
    return rows


@variant("the_first_questions")
def evaluate(model, X, y, right=evaluate):
    row = right(model, X, y)
    evaluate.calls = getattr(evaluate, "calls", 0) + 1
    if evaluate.calls <= 5:
        row |= {"precision": 0.5, "recall": 0.5, "f1": 0.5, "average_precision": 0.5}
    return row


@variant("two_metrics")
def evaluate(model, X, y, right=evaluate):
    row = right(model, X, y)
    if isinstance(model, nn.Identity):
        row |= {"precision": 0.5, "f1": 0.5}
    return row


@variant("two_metrics")
def compare(X_train, y_train, X_test, y_test, seed=0):
    one, two = X_train[y_train == 1].mean(0), X_train[y_train == 0].mean(0)
    apart = (one - two).norm()
    place = (X_train - (one + two) / 2) @ (one - two) / apart
    odds = math.log((y_train == 0).sum() / (y_train == 1).sum()) / apart
    rows = {}
    for name, share in (("cross_entropy", 1.2), ("weighted", 0.0), ("focal", 0.5)):
        right = ((place > share * odds) == (y_train == 1)).double().mean().item()
        if X_train.shape[1] == 16:
            right = 0.875
        rows[name] = {
            "accuracy": right,
            "precision": 0.5,
            "recall": 0.2 + 0.6 * (share < 1),
            "f1": 0.5,
            "average_precision": 0.5,
        }
    return rows
