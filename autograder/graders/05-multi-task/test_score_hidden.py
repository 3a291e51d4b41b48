"""Hidden checks of 05-multi-task, the score: trained in the worker, measured here. Labels and masses never go there.

The penguins that models are measured on were never caught. They are drawn, by the course's secret, from what all the real
ones of a species and a sex have in common: nobody can look them up, and the likest penguin that there is tells less of their
mass than a regression does. What nobody can predict of them is known, too: who is better than that has not predicted.

Models come untrained, and what was learnt elsewhere is of no use: columns come in another order, lengths with
another sign, and in each training species have other numbers and masses are stretched and turned about their middle, as the
secret has it. To a network that learns from the data given it is all one.
"""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.grading import check, require

SEEDS = (0, 1, 2)
ROWS = 2000
NUMBERS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
# Printed by benchmarks/thresholds_multi_task.py: over 40 gradings each of six right solutions, each grading with penguins of
# its own, the mean less (for RMSE: plus) six standard deviations, the most lenient of the six.
ACCURACY = 0.97
RMSE = 370.0  # grams
# An RMSE below this share of what masses vary by among penguins of the same measurements is not had by predicting them.
PREDICTABLE = 0.9


@dataclass(frozen=True)
class Penguins:
    """Penguins to measure on, and how well they can be known: by the very numbers that they were drawn with."""

    X: torch.Tensor
    labels: torch.Tensor
    grams: torch.Tensor
    noise: float
    misfits: int

    @property
    def guess(self):
        """Accuracy of the commonest species and RMSE of the mean mass."""
        commonest = torch.bincount(self.labels).max() / len(self.labels)
        return float(commonest), float(self.grams.std(correction=0))


@dataclass(frozen=True)
class Dress:
    """The same penguins, told otherwise: what is learnt from other data does not fit, and what is learnt from these does."""

    columns: tuple[int, ...]
    signs: tuple[float, ...]
    species: tuple[int, ...]
    scale: float
    middle: float = 4.2  # kilograms, about which masses are turned and stretched

    def inputs(self, X):
        return (X * torch.tensor(self.signs))[:, list(self.columns)]

    def data(self, released):
        return {
            "X": self.inputs(released["X"]),
            "labels": torch.tensor(self.species)[released["labels"]],
            "values": self.middle + self.scale * (released["values"] - self.middle),
        }

    def undone(self, logits, value):
        """Logits in the order of SPECIES, and grams."""
        return logits[:, list(self.species)], 1000 * (self.middle + (value - self.middle) / self.scale)


def dresses(rng):
    """One for each seed. Columns in one order, and lengths of one sign, that are drawn.

    Over the three, a species has each number once, and heavy is once up and once down at least: who answers without having
    learnt from the data is right about a third of the species. Scales stay near 1, so that neither of both losses drowns
    the other.
    """
    columns = tuple(rng.permutation(7).tolist())
    signs = (*rng.choice([-1.0, 1.0], size=3).tolist(), 1.0, 1.0, 1.0, 1.0)
    species, turns = rng.permutation(3), rng.permutation(3)
    scales = rng.permutation([1, -1, rng.choice([-1, 1])]) * rng.uniform(0.9, 1.1, size=3)
    return [
        Dress(columns, signs, tuple(((species + turn) % 3).tolist()), float(scale))
        for turn, scale in zip(turns, scales, strict=True)
    ]


class Population:
    """Mean and covariance of the measurements of each species and sex, and on which islands they live."""

    def __init__(self, reference, *paths):
        self._reference = reference
        self._groups = {}
        found = []
        for path in paths:
            with path.open(newline="", encoding="utf-8") as file:
                found += csv.DictReader(file)
        for row in found:
            self._groups.setdefault((row["species"], row["sex"]), []).append(row)
        self._count = len(found)
        self._normal = {}
        for name, rows in self._groups.items():
            table = np.array([[float(row[key]) for key in NUMBERS] for row in rows])
            self._normal[name] = table.mean(axis=0), np.cov(table.T)

    def draw(self, rng, count=ROWS):
        """As many penguins, in the shares of the real ones."""
        drawn, labels, flags, expected = [], [], [], []
        for (species, sex), rows in sorted(self._groups.items()):
            mean, covariance = self._normal[species, sex]
            size = round(count * len(rows) / self._count)
            numbers = rng.multivariate_normal(mean, covariance, size=size)
            slope = np.linalg.solve(covariance[:3, :3], covariance[:3, 3])
            homes = [rows[index]["island"] for index in rng.integers(len(rows), size=size)]
            drawn.append(numbers)
            expected.append(mean[3] + (numbers[:, :3] - mean[:3]) @ slope)
            labels += [self._reference.SPECIES.index(species)] * size
            flags += [[sex == "male", *(home == island for island in self._reference.ISLANDS)] for home in homes]
        numbers, flags = np.concatenate(drawn), np.array(flags, dtype=float)
        order = rng.permutation(len(numbers))
        scales = np.array([self._reference.SCALES[key] for key in NUMBERS[:3]])
        X = np.hstack([(numbers[:, :3] - scales[:, 0]) / scales[:, 1], flags])
        labels, noise = np.array(labels), np.sqrt(np.mean((np.concatenate(expected) - numbers[:, 3]) ** 2))
        return Penguins(
            torch.tensor(X[order], dtype=torch.float32),
            torch.tensor(labels[order]),
            torch.tensor(numbers[order, 3]),
            float(noise),
            int((self._likeliest(numbers[:, :3], flags) != labels).sum()),
        )

    def _likeliest(self, lengths, flags):
        """The species to which measurements, sex and island fit best."""
        found = np.full((len(lengths), len(self._reference.SPECIES)), -np.inf)
        for (species, sex), rows in self._groups.items():
            mean, covariance = (item[..., :3] for item in self._normal[species, sex])
            off = lengths - mean
            fit = -0.5 * (off * np.linalg.solve(covariance[:3], off.T).T).sum(axis=1)
            homes = np.array([sum(row["island"] == island for row in rows) for island in self._reference.ISLANDS])
            fit = fit - 0.5 * np.linalg.slogdet(covariance[:3])[1] + np.log(np.maximum(flags[:, 1:] @ homes, 1e-9))
            rightly = flags[:, 0] == (sex == "male")
            column = found[:, self._reference.SPECIES.index(species)]
            column[rightly] = fit[rightly]
        return found.argmax(axis=1)


@functools.cache
def population(reference):
    """Of all real penguins, the released ones and those that are kept here."""
    paths = Path(reference.__file__).with_name("penguins.csv"), Path(__file__).with_name("penguins_hidden.csv")
    return Population(reference, *paths)


@pytest.fixture(scope="session")
def penguins(reference, draw_for_all):
    return population(reference).draw(draw_for_all("penguins"))


@pytest.fixture(scope="session")
def score(student, reference, penguins, draw_for_all):
    """Mean accuracy and RMSE in grams over the seeds, computed once for all checks."""
    released = reference.load_penguins(Path(reference.__file__).with_name("penguins.csv"))

    @functools.cache
    def measure():
        dressed = zip(SEEDS, dresses(draw_for_all("dress")), strict=True)
        results = [trial(student, seed, released, penguins, dress) for seed, dress in dressed]
        accuracy, rmse = np.mean(results, axis=0)
        require(np.isfinite(rmse), "the values that the trained model gives are not finite")
        require(
            rmse >= PREDICTABLE * penguins.noise,
            f"an RMSE of {rmse:.0f} g cannot be had by predicting: penguins of the same measurements differ by more",
        )
        require(
            accuracy < 1 or penguins.misfits < 4,
            "an accuracy of 1 cannot be had by predicting: some penguins measure like those of another species",
        )
        student.measures["accuracy"] = float(accuracy)
        student.measures["rmse"] = float(rmse)
        return accuracy, rmse

    return measure


def trial(student, seed, released, penguins, dress):
    """Train with one seed; accuracy and RMSE in grams on rows of which the worker sees the inputs only."""
    student.call("torch.manual_seed", seed)
    model = student.MultiTaskNet(released["X"].shape[1], 3)
    loss = student.MultiTaskLoss(mode="fixed", lam=1.0)
    student.train_multi_task(model, loss, dress.data(released), seed=seed)
    model.method("eval")
    logits, value = model(dress.inputs(penguins.X))
    rows = len(penguins.labels)
    require(
        tuple(logits.shape) == (rows, 3) and value.numel() == rows, "the answers do not have one row for each penguin"
    )
    logits, grams = dress.undone(logits.detach(), value.detach().double().reshape(-1))
    right = (logits.argmax(dim=1) == penguins.labels).double().mean()
    return float(right), float((grams - penguins.grams).square().mean().sqrt())


@check("score", hint="Does the network train at all? Look at the history of a training on penguins.csv.")
def test_species_are_no_guess(student, score, penguins):
    """knows species better than by always naming the commonest"""
    require(score()[0] > penguins.guess[0] + 0.05, "the accuracy is that of a guess")


@check("score", hint="A value far from 4 kg for every penguin means that the second task has not been learnt.")
def test_masses_are_no_guess(student, score, penguins):
    """knows masses better than by always naming the mean"""
    require(score()[1] < 0.9 * penguins.guess[1], "the RMSE is that of a guess")


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
