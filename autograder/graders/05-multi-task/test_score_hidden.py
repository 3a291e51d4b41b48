"""Hidden checks of 05-multi-task, the score: trained in the worker, measured here. Labels and masses never go there."""

import functools
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.grading import check, require

SEEDS = (0, 1, 2)
# Printed by benchmarks/thresholds_multi_task.py: over 200 gradings each of six right solutions, the mean less (for RMSE:
# plus) six standard deviations, the most lenient of the six. The reference has 0.991 ± 0.004 and 274 g ± 4 g.
ACCURACY = 0.96
RMSE = 330.0  # grams


@pytest.fixture(scope="session")
def score(student, reference):
    """Mean accuracy and RMSE in grams over the seeds, computed once for all checks."""
    released = reference.load_penguins(Path(reference.__file__).with_name("penguins.csv"))
    hidden = reference.load_penguins(Path(__file__).with_name("penguins_hidden.csv"), grams=True)

    @functools.cache
    def measure():
        results = [trial(student, seed, released, hidden) for seed in SEEDS]
        accuracy, rmse = np.mean(results, axis=0)
        require(np.isfinite(rmse), "the values that the trained model gives are not finite")
        student.measures["accuracy"] = float(accuracy)
        student.measures["rmse"] = float(rmse)
        return accuracy, rmse

    return measure


def trial(student, seed, released, hidden):
    """Train with one seed; accuracy and RMSE in grams on rows of which the worker sees the inputs only."""
    student.call("torch.manual_seed", seed)
    model = student.MultiTaskNet(released["X"].shape[1], 3)
    student.train_multi_task(model, student.MultiTaskLoss(mode="fixed", lam=1.0), released, seed=seed)
    model.method("eval")
    logits, value = model(hidden["X"])
    rows = len(hidden["labels"])
    require(
        tuple(logits.shape) == (rows, 3) and value.numel() == rows, "the answers do not have one row for each penguin"
    )
    right = (logits.detach().argmax(dim=1) == hidden["labels"]).double().mean()
    error = 1000 * value.detach().double().reshape(-1) - hidden["values"].double()
    return float(right), float(error.square().mean().sqrt())


def guess(reference):
    """Accuracy of the commonest species and RMSE of the mean mass."""
    hidden = reference.load_penguins(Path(__file__).with_name("penguins_hidden.csv"), grams=True)
    commonest = torch.bincount(hidden["labels"]).max() / len(hidden["labels"])
    return float(commonest), float(hidden["values"].double().std(correction=0))


@check("score", hint="Does the network train at all? Look at the history of a training on penguins.csv.")
def test_species_are_no_guess(student, score, reference):
    """knows species better than by always naming the commonest"""
    require(score()[0] > guess(reference)[0] + 0.05, "the accuracy is that of a guess")


@check("score", hint="A value far from 4 kg for every penguin means that the second task has not been learnt.")
def test_masses_are_no_guess(student, score, reference):
    """knows masses better than by always naming the mean"""
    require(score()[1] < 0.9 * guess(reference)[1], "the RMSE is that of a guess")


@check("score", points=3, hint="Do both losses still fall after 200 epochs? Is the classification crowded out?")
def test_accuracy_on_unseen_penguins(student, score):
    """accuracy on penguins never seen"""
    accuracy, _ = score()
    require(accuracy >= ACCURACY, f"accuracy {accuracy:.3f} is below the goal")


@check("score", points=3, hint="Do both losses still fall after 200 epochs? With plain gradient descent they do.")
def test_rmse_on_unseen_penguins(student, score):
    """RMSE on penguins never seen"""
    _, rmse = score()
    require(rmse <= RMSE, f"an RMSE of {rmse:.0f} g is above the goal")
