"""Hidden checks of 04-focal-loss: metrics of the minority class, against scikit-learn."""

import dataclasses

import numpy as np
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


def judged(student, questions, fresh, key):
    """Require right answers to the questions about values, and to a fresh one, as mistakes are told from own calls."""
    asked = [(fresh, fresh.answer_of(student)), *questions()]
    for question, answer in asked:
        wanted = expected(question.logits, question.labels, key)
        assert answer == close_to(wanted)


def works(student, questions, *keys):
    """Require that these metrics are numbers that depend on logits and labels, right or wrong."""
    rows = [answer for _, answer in questions()]
    asked = questions()[0][0]
    again = asked.answer_of(student)
    others = dataclasses.replace(asked, logits=-asked.logits), dataclasses.replace(asked, labels=1 - asked.labels)
    changed = [other.answer_of(student) for other in others]
    for key in keys:
        right = all(isinstance(row, dict) and key in row and np.isfinite(float(row[key])) for row in rows)
        require(right, f'"{key}" is not a finite number yet')
        same = [row for row in changed if row == close_to({key: rows[0][key]})]
        require(not same, f'"{key}" does not depend on the model and the labels')
        require(again == close_to({key: rows[0][key]}), f'"{key}" is another number the second time')


@check("evaluate", points=0.5, topic="default", hint="Predict class 1 where its logit is larger.")
def test_accuracy_of_predictions(student, questions, question, rng):
    """accuracy is the share of right predictions"""
    judged(student, questions, question(rng, 17), "accuracy")


@check("evaluate", points=0.75, topic="evaluation", hint="Precision is TP / (TP + FP) of class 1.")
def test_precision_of_predictions(student, questions, question, rng):
    """precision of class 1"""
    judged(student, questions, question(rng, 17), "precision")


@check("evaluate", points=0.75, topic="evaluation", hint="Recall is TP / (TP + FN) of class 1.")
def test_recall_of_predictions(student, questions, question, rng):
    """recall of class 1"""
    judged(student, questions, question(rng, 17), "recall")


@check("evaluate", points=0.75, topic="evaluation", hint="F1 is 2 TP / (2 TP + FP + FN) of class 1.")
def test_f1_of_predictions(student, questions, question, rng):
    """F1 of class 1"""
    judged(student, questions, question(rng, 17), "f1")


@check(
    "evaluate",
    topic="evaluation",
    hint="Rank by the probability of class 1, or by z1 - z0; sum precision times the gain in recall.",
)
def test_average_precision_of_a_ranking(student, questions, question, rng):
    """average precision ranks by the probability of class 1"""
    fresh = question(rng, 17)
    worst = int((fresh.logits[:, 1] - fresh.logits[:, 0]).argmin())
    labels = fresh.labels.clone()
    labels[worst] = 1  # what is found last counts, too
    shift = 1 if worst == len(labels) - 1 else 0
    fresh = dataclasses.replace(fresh, logits=fresh.logits.roll(shift, 0), labels=labels.roll(shift, 0))
    fresh.labels[-1] = 0
    judged(student, questions, fresh, "average_precision")


@check(
    "evaluate",
    points=0.5,
    topic="extremes",
    hint="Equal scores are one threshold: count all of their rows before you compute precision and recall.",
)
def test_average_precision_of_ties(student, rng, question):
    """average precision is right where many scores are equal"""
    for _ in range(2):
        logits, y = tied(question(rng))
        wanted = expected(logits, y, "average_precision")
        assert student.evaluate(identity(student), logits.clone(), y.clone()) == close_to(wanted)


@check(
    "evaluate",
    points=0.5,
    topic="extremes",
    hint="Test each denominator for 0 before you divide; the metric is 0 then.",
)
def test_metrics_that_are_undefined(student, numbers, question, questions):
    """a metric is 0, without a warning, where no row is predicted positive or no row is positive"""
    works(student, questions, "precision", "recall", "f1", "average_precision")
    logits, y = drawn(question(numbers, 12))
    never, always = logits.clone(), logits.clone()
    never[:, 1] = never[:, 0] - 1 - torch.tensor(numbers.uniform(size=12))
    always[:, 1] = always[:, 0] + 1 + torch.tensor(numbers.uniform(size=12))
    nobody = torch.zeros(12, dtype=torch.long)
    for some, actual in ((never, y), (always, nobody), (never, nobody), (logits, nobody)):
        seen = student.observe("evaluate", identity(student), some.clone(), actual.clone())
        undefined = ["precision"] if actual.any() else ["recall", "average_precision"]
        if some is never and not actual.any():
            undefined += ["precision", "f1"]
        for key in undefined:
            assert seen.value == close_to({key: 0.0})
        require(not seen.warnings, f"`evaluate` warns: {seen.warnings[:1]}")


def probed(student, numbers, question, mode):
    """Evaluate a model that is in this mode; return the calls of the model, and its mode afterwards."""
    logits, y = drawn(question(numbers, 12))
    probe = student.call("kit.Probe", identity(student))
    probe.method("train", mode)
    student.evaluate(probe, logits, y)
    calls = probe.attribute("calls")
    require(calls, "the model is not called")
    return calls, probe.attribute("training")


@check("evaluate", kind="property", points=0.5, topic="evaluation", hint="Call model.eval() before the model's call.")
def test_evaluation_is_in_eval_mode(student, numbers, question, questions):
    """the model runs in eval mode"""
    works(student, questions, "accuracy")
    for mode in (True, False):
        calls, _ = probed(student, numbers, question, mode)
        require(not any(call[0] for call in calls), "the model is called in training mode")


@check("evaluate", kind="property", points=0.25, topic="gradient", hint="Call the model inside of torch.no_grad().")
def test_evaluation_is_without_gradients(student, numbers, question, questions):
    """the model runs without gradients"""
    works(student, questions, "accuracy")
    for mode in (True, False):
        calls, _ = probed(student, numbers, question, mode)
        require(not any(call[1] for call in calls), "the model is called with gradients on")


@check(
    "evaluate",
    kind="property",
    points=0.25,
    topic="state",
    hint="Keep model.training, and call model.train(was) after.",
)
def test_evaluation_restores_the_mode(student, numbers, question, questions):
    """the model is returned to the mode it had"""
    works(student, questions, "accuracy")
    for mode in (True, False):
        _, after = probed(student, numbers, question, mode)
        require(after is mode, f"model.training was {mode} and is not afterwards")


@check(
    "evaluate",
    kind="property",
    points=0.25,
    topic="leaves_alone",
    hint="Sorting in place changes the caller's data: sort a copy.",
)
def test_evaluation_leaves_its_arguments(student, numbers, question, questions):
    """changes neither X, y nor the model's weights, and prints nothing"""
    works(student, questions, "accuracy")
    model = student.call("torch.nn.Linear", 3, 2)
    made = {"weight": torch.tensor(numbers.normal(size=(2, 3))), "bias": torch.tensor(numbers.normal(size=2))}
    model.method("load_state_dict", {name: value.float() for name, value in made.items()})
    weights = model.state()
    X, (_, y) = torch.tensor(numbers.normal(size=(20, 3)), dtype=torch.float32), drawn(question(numbers, 20))
    seen = student.observe("evaluate", model, X.clone(), y.clone())
    require(torch.equal(seen.arguments[1], X) and torch.equal(seen.arguments[2], y), "`evaluate` changes X or y")
    after = model.state()
    require(all(torch.equal(after[name], weights[name]) for name in weights), "`evaluate` changes the model's weights")
    require(seen.printed == "", "`evaluate` prints something")
