"""Where the thresholds of 05-multi-task's score come from: many gradings of right solutions, each with seeds of its own.

python benchmarks/thresholds_multi_task.py [--gradings 200]

A grading is what the hidden check does: draw penguins, train with three seeds, measure each time on those penguins, take the
mean. Each grading draws penguins of its own, and the dresses that they come in, as each course does. Besides the reference there are other right solutions: another initialisation, another activation, a deeper trunk,
mini-batches, a log-sigma for the log-variance (which the score's fixed mode never uses, so it must agree with the
reference). For each solution the threshold is the mean of its gradings less (for RMSE: plus) six standard deviations, and
the most lenient of them, rounded to the lenient side, is the constant in the grader.

That a right solution fails less than once in 10,000 gradings rests on two counts. A normal distribution goes beyond six
standard deviations once in a billion; tails may be heavier, but a Student distribution of ten degrees of freedom, scaled
to the same deviation, still stays under 1 in 10,000 there. And without any distribution assumed: a grading made of the three
worst trainings of all that were run has to pass. It is the worst of all triples of seeds among these, and there are
more than 10 million such triples where 200 gradings are run. "worst three" below is that grading.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ROOT = Path(__file__).parent.parent
RELEASED = ROOT / "solutions" / "05-multi-task" / "penguins.csv"
CHECKS = ROOT / "autograder" / "graders" / "05-multi-task" / "test_score_hidden.py"
SEEDS_OF_A_GRADING = 3
DEVIATIONS = 6


@dataclass(frozen=True)
class Solution:
    """A right solution: how its model and loss are made, and how they are trained."""

    name: str
    make_model: Callable[[], nn.Module]
    make_loss: Callable[[], nn.Module]
    train: Callable[..., Any]


class OtherTrunk(nn.Module):
    """Two heads on any trunk that gives `width` numbers."""

    def __init__(self, trunk: nn.Module, width: int) -> None:
        super().__init__()
        self.trunk, self.classify, self.regress = trunk, nn.Linear(width, 3), nn.Linear(width, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared)[:, 0]


class LogSigmaLoss(nn.Module):
    """A loss that keeps log-sigmas, in the fixed mode, in which they are not used."""

    factors = (1.0, 1.0)

    def __init__(self) -> None:
        super().__init__()
        self.log_sigmas = nn.Parameter(torch.zeros(2))

    def forward(self, logits: Any, labels: Any, pred: Any, target: Any) -> torch.Tensor:
        return F.cross_entropy(logits, labels) + F.mse_loss(pred, target)


def xavier(model: nn.Module) -> nn.Module:
    """Xavier weights and zero biases instead of torch's defaults."""
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
    return model


def train_in_batches(model: nn.Module, loss: nn.Module, data: dict[str, Any], seed: int, size: int = 32) -> None:
    """Adam on shuffled mini-batches, with the defaults of the exercise."""
    shuffled = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        for rows in torch.randperm(len(data["X"]), generator=shuffled).split(size):
            optimiser.zero_grad()
            logits, value = model(data["X"][rows])
            loss(logits, data["labels"][rows], value, data["values"][rows]).backward()
            optimiser.step()


def solutions(reference: ModuleType) -> list[Solution]:
    def plain() -> nn.Module:
        model: nn.Module = reference.MultiTaskNet(7, 3)
        return model

    def deep() -> nn.Module:
        return OtherTrunk(nn.Sequential(nn.Linear(7, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU()), 32)

    def tanh() -> nn.Module:
        return OtherTrunk(nn.Sequential(nn.Linear(7, 32), nn.Tanh()), 32)

    def loss() -> nn.Module:
        fixed: nn.Module = reference.MultiTaskLoss(mode="fixed", lam=1.0)
        return fixed

    full = reference.train_multi_task
    return [
        Solution("reference", plain, loss, full),
        Solution("xavier", lambda: xavier(plain()), loss, full),
        Solution("tanh", tanh, loss, full),
        Solution("deeper", deep, loss, full),
        Solution("mini-batches", plain, loss, train_in_batches),
        Solution("log-sigma", plain, LogSigmaLoss, full),
    ]


def trial(solution: Solution, seed: int, given: Any, penguins: Any, dress: Any) -> tuple[float, float]:
    """Measure accuracy and RMSE in grams of one training, as the hidden check does."""
    torch.manual_seed(seed)
    model = solution.make_model()
    solution.train(model, solution.make_loss(), dress.data(given), seed=seed)
    with torch.no_grad():
        logits, value = model.eval()(dress.inputs(penguins.X))
    logits, grams = dress.undone(penguins.X, logits, value)
    accuracy = (logits.argmax(dim=1) == penguins.labels).double().mean()
    return float(accuracy), float((grams - penguins.grams).square().mean().sqrt())


def line(name: str, figure: str, trials: Any, better: int) -> float:
    """Print mean, deviation and extremes of one figure; its threshold. `better` is 1 where more is better, else -1."""
    gradings = trials.reshape(-1, SEEDS_OF_A_GRADING).mean(axis=1)
    threshold = gradings.mean() - better * DEVIATIONS * gradings.std(ddof=1)
    ordered = np.sort(better * trials)
    worst, worst_three = better * (better * gradings).min(), better * ordered[:SEEDS_OF_A_GRADING].mean()
    print(
        f"{name:13} {figure:8} mean {gradings.mean():9.4f}  sd {gradings.std(ddof=1):7.4f}  worst {worst:9.4f}"
        f"  worst three {worst_three:9.4f}  threshold {threshold:9.4f}"
    )
    return float(threshold)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradings", type=int, default=200)
    gradings = parser.parse_args().gradings
    torch.set_num_threads(1)
    sys.path.insert(0, str(ROOT))
    reference, checks = load(RELEASED.with_name("multi_task.py")), load(CHECKS)
    population = checks.population(reference)
    drawn = [population.draw(np.random.default_rng(number)) for number in range(gradings)]
    print(
        f"noise {np.mean([item.noise for item in drawn]):.1f} g, misfits {np.mean([item.misfits for item in drawn]):.1f}"
    )
    rng = np.random.default_rng(7)
    given = [population.draw(rng, checks.GIVEN) for _ in range(gradings * SEEDS_OF_A_GRADING)]
    accuracies, errors = [], []
    for solution in solutions(reference):
        seeds = range(gradings * SEEDS_OF_A_GRADING)
        dresses = [dress for number in range(gradings) for dress in checks.dresses(np.random.default_rng([number, 1]))]
        trials = np.array(
            [trial(solution, seed, given[seed], drawn[seed // SEEDS_OF_A_GRADING], dresses[seed]) for seed in seeds]
        )
        accuracies.append(line(solution.name, "accuracy", trials[:, 0], better=1))
        errors.append(line(solution.name, "RMSE g", trials[:, 1], better=-1))
    print(
        f"accuracy at least {math.floor(100 * min(accuracies)) / 100}, RMSE at most {10 * math.ceil(max(errors) / 10)} g"
    )


if __name__ == "__main__":
    main()
