"""Hidden checks of 05-multi-task: the score. Models train in the worker and are measured here, where the labels stay.

Neither the penguins that models are trained on nor those that they are measured on exist. They are drawn, with the
course's secret, from the distribution of the real ones of a species and a sex. So nobody can look them up, and the
nearest real penguin predicts their mass worse than a regression does. How well they can be predicted is known too: a
better result cannot come from predicting.

Models come untrained, and weights learnt elsewhere are useless. The secret turns and stretches the lengths, changes the
order of the columns, renumbers the species, and scales, flips and tilts the masses: how mass depends on the lengths is
different in each training. A network that learns from the given data is not affected.
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
ROWS, GIVEN = 2000, 224
WITH_MASS = (0.6, -0.5, 0.9)  # how the three lengths correlate with mass
NUMBERS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
# Printed by benchmarks/thresholds_multi_task.py: six right solutions, with new penguins each time. The goals are more
# than four standard deviations away from the mean of each; a plain step comes before each goal.
ACCURACY, PLAIN_ACCURACY = 0.975, 0.9
RMSE, PLAIN_RMSE = 385.0, 450.0  # grams
# An RMSE below this share of the spread of masses among penguins with equal measurements cannot come from predicting.
PREDICTABLE = 0.9


@dataclass(frozen=True)
class Penguins:
    """Penguins to measure on, and how well the distribution that they were drawn from predicts them."""

    X: torch.Tensor
    labels: torch.Tensor
    grams: torch.Tensor
    noise: float
    misfits: int

    @property
    def guess(self):
        """Return the accuracy of always naming the commonest species and the RMSE of the mean mass."""
        commonest = torch.bincount(self.labels).max() / len(self.labels)
        return float(commonest), float(self.grams.std(correction=0))


@dataclass(frozen=True)
class Dress:
    """The same penguins, encoded otherwise: what is learnt from these data fits, what is learnt elsewhere does not."""

    columns: tuple[int, ...]
    turn: tuple[tuple[float, ...], ...]
    species: tuple[int, ...]
    scale: float
    tilt: tuple[float, ...]
    middle: float = 4.2  # kilograms, about which masses are flipped and scaled

    def inputs(self, X):
        return torch.cat([X[:, :3] @ torch.tensor(self.turn), X[:, 3:]], dim=1)[:, list(self.columns)]

    def _tilted(self, X):
        return X[:, :3].double() @ torch.tensor(self.tilt, dtype=torch.float64)

    def data(self, penguins):
        values = self.middle + self.scale * (penguins.grams / 1000 - self.middle) + self._tilted(penguins.X)
        return {
            "X": self.inputs(penguins.X),
            "labels": torch.tensor(self.species)[penguins.labels],
            "values": values.float(),
        }

    def undone(self, X, logits, value):
        """Return logits in the order of SPECIES, and grams, for answers about penguins with these inputs."""
        kilograms = self.middle + (value.double() - self._tilted(X) - self.middle) / self.scale
        return logits[:, list(self.species)], 1000 * kilograms


def dresses(rng):
    """Draw a dress for each seed; the order of columns is the same for all.

    Over the three, each species has each number once, and masses are flipped at least once and kept at least once. So a
    network that has not learnt from the data is right about a third of the species. Scales stay near 1, so that neither
    loss outweighs the other.
    """
    columns = tuple(rng.permutation(7).tolist())
    species, turns = rng.permutation(3), rng.permutation(3)
    scales = rng.permutation([1, -1, rng.choice([-1, 1])]) * rng.uniform(0.9, 1.1, size=3)
    return [
        Dress(columns, turned(rng), tuple(((species + turn) % 3).tolist()), float(scale), tilted(rng, scale))
        for turn, scale in zip(turns, scales, strict=True)
    ]


def turned(rng):
    """Draw how the three lengths are turned about in space, and stretched a little."""
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(0.8, 1.25, size=3)
    return tuple(map(tuple, turn.tolist()))


def tilted(rng, scale):
    """Draw how many kilograms each length adds to a mass; taking it off again must not improve a constant answer."""
    direction = rng.normal(size=3)
    if scale * (direction @ WITH_MASS) < 0:
        direction = -direction
    return tuple((0.25 * direction / np.linalg.norm(direction)).tolist())


class Population:
    """Return the mean and covariance of the measurements for each species and sex, and the islands where they live."""

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
        """Draw this many penguins, in the shares of the real ones."""
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
        """Return the species that fits measurements, sex and island best."""
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
    """Return the distribution of all real penguins, the released ones and those kept here."""
    paths = Path(reference.__file__).with_name("penguins.csv"), Path(__file__).with_name("penguins_hidden.csv")
    return Population(reference, *paths)


@pytest.fixture(scope="session")
def penguins(reference, draw_for_all):
    return population(reference).draw(draw_for_all("penguins"))


@pytest.fixture(scope="session")
def trainings(reference, draw_for_all):
    """Return a dress and penguins to train on for each seed."""
    rng = draw_for_all("penguins to train on")
    return [(dress, population(reference).draw(rng, GIVEN)) for dress in dresses(draw_for_all("dress"))]


@pytest.fixture(scope="session")
def score(student, penguins, trainings):
    """Compute mean accuracy and RMSE in grams over the seeds, once for all checks."""

    @functools.cache
    def measure():
        results = [trial(student, seed, *given, penguins) for seed, given in zip(SEEDS, trainings, strict=True)]
        accuracy, rmse = np.mean(results, axis=0)
        require(np.isfinite(rmse), "the values that the trained model gives are not finite")
        require(
            rmse >= PREDICTABLE * penguins.noise,
            f"an RMSE of {rmse:.0f} g cannot be had by predicting: penguins with the same measurements differ by more",
        )
        require(
            accuracy < 1 or penguins.misfits < 4,
            "an accuracy of 1 cannot be had by predicting: some penguins have the measurements of another species",
        )
        student.measures["accuracy"] = float(accuracy)
        student.measures["rmse"] = float(rmse)
        return accuracy, rmse

    return measure


def trial(student, seed, dress, given, penguins):
    """Train with one seed; return accuracy and RMSE in grams on rows whose inputs alone the worker sees."""
    data = dress.data(given)
    student.call("torch.manual_seed", seed)
    model = student.MultiTaskNet(data["X"].shape[1], 3)
    loss = student.MultiTaskLoss(mode="fixed", lam=1.0)
    student.train_multi_task(model, loss, data, seed=seed)
    model.method("eval")
    logits, value = model(dress.inputs(penguins.X))
    rows = len(penguins.labels)
    require(tuple(logits.shape) == (rows, 3) and value.numel() == rows, "there is not one answer for each penguin")
    logits, grams = dress.undone(penguins.X, logits.detach(), value.detach().reshape(-1))
    right = (logits.argmax(dim=1) == penguins.labels).double().mean()
    return float(right), float((grams - penguins.grams).square().mean().sqrt())


TRAIN_ON = "Train until both losses stop falling; plain gradient descent needs more than 200 epochs."


@check("score", topic="score", points=0.5, hint="See whether the network trains at all: look at a training's history.")
def test_species_are_no_guess(student, score, penguins):
    """predicts species better than always naming the commonest"""
    require(score()[0] > penguins.guess[0] + 0.05, "the accuracy is no better than always naming the commonest species")


@check("score", topic="score", points=0.5, hint="If all values are far from 4 kg, the second task has not been learnt.")
def test_masses_are_no_guess(student, score, penguins):
    """predicts masses better than always naming the mean"""
    require(score()[1] < 0.9 * penguins.guess[1], "the RMSE is no better than always naming the mean")


@check("score", topic="score", hint=TRAIN_ON)
def test_plain_accuracy(student, score):
    """the accuracy on unseen penguins is at least 0.9"""
    require(score()[0] >= PLAIN_ACCURACY, f"accuracy {score()[0]:.3f} is below {PLAIN_ACCURACY}")


@check("score", topic="score", hint="The regression must not outweigh the classification.")
def test_accuracy_on_unseen_penguins(student, score):
    """the accuracy on unseen penguins reaches the goal"""
    require(score()[0] >= ACCURACY, f"accuracy {score()[0]:.3f} is below the goal")


@check("score", topic="score", hint=TRAIN_ON)
def test_plain_rmse(student, score):
    """the RMSE on unseen penguins is at most 450 g"""
    require(score()[1] <= PLAIN_RMSE, f"an RMSE of {score()[1]:.0f} g is above {PLAIN_RMSE:.0f} g")


@check("score", topic="score", points=2, hint="Hold rows back: is the RMSE on them far above that of the other rows?")
def test_rmse_on_unseen_penguins(student, score):
    """the RMSE on unseen penguins reaches the goal"""
    require(score()[1] <= RMSE, f"an RMSE of {score()[1]:.0f} g is above the goal")
