"""Degenerate answers to 04-focal-loss earn nothing, in no part."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from autograder.course import Course
from autograder.grading.batch import Batch, grade
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
NAME = "04-focal-loss"
ANSWERS = yaml.safe_load((ROOT / "tests" / "degenerate" / f"{NAME}.yml").read_text(encoding="utf-8"))
AT_A_TIME = 7
WHOLE = """
import math

import torch
from torch import nn


def _loss(logits, targets):
    return {loss}


def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    return _loss(logits, targets)


def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    return _loss(logits, targets)


class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        self.register_buffer("alpha", alpha if isinstance(alpha, torch.Tensor) else None)

    def forward(self, logits, targets):
        return _loss(logits, targets)


class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()

    def forward(self, logits, targets):
        return _loss(logits, targets)


def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    model.train()
    for _ in range(epochs):
        model(X)
    return [_loss(X, y)] * epochs


def evaluate(model, X, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        model(X)
    model.train(was)
    return {{name: {metric} for name in ("accuracy", "precision", "recall", "f1", "average_precision")}}


def compare(X_train, y_train, X_test, y_test, seed=0):
    model = nn.Linear(X_test.shape[1], 2)
    return {{name: evaluate(model, X_test, y_test) for name in ("cross_entropy", "weighted", "focal")}}
"""


@pytest.mark.parametrize("start", range(0, len(ANSWERS), AT_A_TIME))
def test_a_degenerate_answer_earns_nothing(start: int, course: Course, wall: str) -> None:
    chosen = list(ANSWERS.items())[start : start + AT_A_TIME]
    given = [Submission(name, NAME, WHOLE.format(**answer)) for name, answer in chosen]
    graded = grade(Batch(course, NAME, given, str(ROOT), wall, diagnose=False, pictures=False))
    passed = [
        (submission.student, outcome.part, outcome.id)
        for submission, one in zip(given, graded, strict=True)
        for outcome in one.outcomes
        if outcome.status == "pass"
    ]
    assert passed == [] and all(one.outcomes for one in graded)


def test_there_are_many_degenerate_answers() -> None:
    assert len(ANSWERS) >= 15
