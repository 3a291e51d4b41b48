"""Hidden checks of 04-focal-loss: metrics of the minority class, against scikit-learn."""

import torch
from sklearn import metrics

from autograder.grading import check, close_to, require

KEYS = ("accuracy", "precision", "recall", "f1", "average_precision")


def drawn(question):
    return question.logits, question.labels


def tied(question):
    """Round the scores. Halves are exact, and no score is 0: the statement leaves open which class a tie predicts."""
    scores = torch.round(question.logits[:, 1] - question.logits[:, 0]) + 0.5
    return torch.stack([torch.zeros_like(scores), scores], 1), question.labels


def expected(logits, y, *keys):
    """Compute these metrics with scikit-learn."""
    predicted, score = (logits[:, 1] > logits[:, 0]).int().numpy(), (logits[:, 1] - logits[:, 0]).numpy()
    y = y.numpy()
    if keys == ("average_precision",):
        return {"average_precision": metrics.average_precision_score(y, score) if y.any() else 0.0}
    at_once = metrics.precision_recall_fscore_support(y, predicted, average="binary", zero_division=0)
    found = {"accuracy": metrics.accuracy_score(y, predicted), **dict(zip(KEYS[1:4], at_once[:3], strict=True))}
    return {key: found[key] for key in keys}


def identity(student):
    return student.call("torch.nn.Identity")


def judged(student, questions, *keys):
    """Require right answers to the questions about values."""
    for question, answer in questions():
        wanted = close_to(expected(question.logits, question.labels, *keys))
        if answer != wanted:
            question.answer_of(student)  # mistakes are told from the failed check's own calls
        assert answer == wanted


@check("evaluate", points=1.5, hint="Predict class 1 where its logit is larger; count TP, FP and FN of class 1.")
def test_metrics_of_predictions(student, questions):
    """accuracy, precision, recall and F1 of class 1"""
    judged(student, questions, "accuracy", "precision", "recall", "f1")


@check("evaluate", hint="Rank by the probability of class 1, or by z1 - z0; sum precision times the gain in recall.")
def test_average_precision_of_a_ranking(student, questions):
    """average precision ranks by the probability of class 1"""
    judged(student, questions, "average_precision")


@check(
    "evaluate", hint="Equal scores are one threshold: count all of their rows before you compute precision and recall."
)
def test_average_precision_of_ties(student, rng, question):
    """average precision is right where many scores are equal"""
    for _ in range(2):
        logits, y = tied(question(rng))
        wanted = expected(logits, y, "average_precision")
        assert student.evaluate(identity(student), logits.clone(), y.clone()) == close_to(wanted)
    constant = torch.tensor([[1.0, 0.0]]).repeat(12, 1)
    y = torch.tensor([0, 1, 0] * 4)
    assert student.evaluate(identity(student), constant, y) == close_to({"average_precision": 1 / 3})


@check("evaluate", hint="Test each denominator for 0 before you divide; the metric is 0 then, not NaN.")
def test_metrics_that_are_undefined(student, numbers, question):
    """a metric is 0, without a warning, where no row is predicted positive or no row is positive"""
    logits, y = drawn(question(numbers, 12))
    never, always = logits.clone(), logits.clone()
    never[:, 1] = never[:, 0] - 1 - torch.tensor(numbers.uniform(size=12))
    always[:, 1] = always[:, 0] + 1 + torch.tensor(numbers.uniform(size=12))
    nobody = torch.zeros(12, dtype=torch.long)
    for some, actual in ((never, y), (always, nobody), (never, nobody), (logits, nobody)):
        seen = student.observe("evaluate", identity(student), some.clone(), actual.clone())
        assert seen.value == close_to(expected(some, actual, "accuracy", "precision", "recall", "f1"))
        if not actual.any():
            assert seen.value == close_to({"average_precision": 0.0})
        require(not seen.warnings, f"`evaluate` warns: {seen.warnings[:1]}")


@check(
    "evaluate",
    hint="Call model.eval() before and model.train(was) after, with torch.no_grad() around the model's call.",
)
def test_evaluation_is_in_eval_mode(student, numbers, question):
    """the model runs in eval mode and without gradients, and is returned to the mode it had"""
    logits, y = drawn(question(numbers, 12))
    for mode in (True, False):
        probe = student.call("kit.Probe", identity(student))
        probe.method("train", mode)
        student.evaluate(probe, logits.clone(), y.clone())
        calls = probe.attribute("calls")
        require(calls, "the model is not called")
        require(not any(call[0] for call in calls), "the model is called in training mode")
        require(not any(call[1] for call in calls), "the model is called with gradients on")
        require(probe.attribute("training") is mode, f"model.training was {mode} and is not afterwards")
    found = [student.evaluate(identity(student), logits.clone(), labels) for labels in (y.clone(), 1 - y)]
    require(found[0] != found[1], "the metrics are the same whatever the labels")


@check("evaluate", points=0.5, hint="Sorting in place changes the caller's data: sort a copy.")
def test_evaluation_leaves_its_arguments(student, numbers, question):
    """returns five metrics; changes neither X, y nor the model's weights, keeps no state and prints nothing"""
    student.evaluate(identity(student), *drawn(question(numbers)))
    model = student.call("torch.nn.Linear", 3, 2)
    made = {"weight": torch.tensor(numbers.normal(size=(2, 3))), "bias": torch.tensor(numbers.normal(size=2))}
    model.method("load_state_dict", {name: value.float() for name, value in made.items()})
    weights = model.state()
    X, (_, y) = torch.tensor(numbers.normal(size=(20, 3)), dtype=torch.float32), drawn(question(numbers, 20))
    seen = student.observe("evaluate", model, X.clone(), y.clone())
    require(isinstance(seen.value, dict) and set(KEYS) <= set(seen.value), f"the result has the keys {', '.join(KEYS)}")
    predicted = (X @ weights["weight"].T + weights["bias"]).argmax(1)
    assert seen.value == close_to({"accuracy": (predicted == y).double().mean()})
    require(torch.equal(seen.arguments[1], X) and torch.equal(seen.arguments[2], y), "`evaluate` changes X or y")
    after = model.state()
    require(all(torch.equal(after[name], weights[name]) for name in weights), "`evaluate` changes the model's weights")
    require(seen.printed == "", "`evaluate` prints something")
