"""What the comparison of 04-focal-loss reaches over many draws, and the bounds that its hidden checks take from it.

python benchmarks/thresholds_focal_loss.py [--draws 200]

Each draw is what one course's secret makes of the hidden checks: clouds and rows on a line, digits and wrong labels. The
reference's `compare` runs on each with a seed of its own. Printed are mean, standard deviation, least and greatest value,
and the mean -+ 6 sd, where sd is not taken below 0.01, for other right solutions draw and shuffle in another way:

- "off the truth": by how much any of the fifteen metrics of the rows on the line differs from what is known to be right. It
  has to be 0: no row lies near a threshold.
- "room": how far the nearest row on the line is from where the model of this seed changes its mind.
- "digits": average precision and accuracy less those of the grader's own classifiers (ON_DIGITS in the checks), and the
  average precision on the training rows (LEAST_AVERAGE_PRECISION, for who measures there).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ROOT = Path(__file__).parent.parent
LEAST_SD = 0.01


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(reference: ModuleType, checks: ModuleType, number: int) -> dict[str, float]:
    """Compute the figures that the checks compare, in one grading."""
    drawn = checks.Clouds(reference, np.random.default_rng([number, 1]))
    rows, truth = reference.compare(*drawn.all, seed=number), drawn.truth()
    off = max(abs(rows[name][key] - truth[name][key]) for name in rows for key in checks.KEYS)
    found = {"line: off the truth": off, "line: room": room(reference, checks, drawn, number)}
    data = checks.digits(np.random.default_rng([number, 2]))
    rows = reference.compare(*data, seed=number)
    for name, state in checks.trained(reference, *data[:2]).items():
        own = evaluated(reference, state, *data[2:])
        for key in ("average_precision", "accuracy"):
            found[f"digits: {key.replace('_', ' ')}, {name}"] = rows[name][key] - own[key]
    trained_on = reference.compare(*data[:2], *data[:2], seed=number)
    return found | {
        f"digits: on the training rows, {name}": trained_on[name]["average_precision"] for name in trained_on
    }


def room(reference: ModuleType, checks: ModuleType, drawn: Any, seed: int) -> float:
    """Return the smallest distance of a row on the line from a threshold of models trained with this seed."""
    X, y = drawn.train
    weight = (len(y) / (2 * torch.bincount(y, minlength=2))).to(X)
    losses = F.cross_entropy, nn.CrossEntropyLoss(weight=weight), reference.FocalLoss(alpha=[0.25, 0.75])
    least = float("inf")
    for loss in losses:
        torch.manual_seed(seed)
        model = nn.Linear(X.shape[1], 2)
        reference.train(model, X, y, loss, lr=0.01, seed=seed)
        least = min(least, float(np.abs(drawn.places - drawn.threshold(model.state_dict())).min()))
    return least


def evaluated(reference: ModuleType, state: dict[str, torch.Tensor], X: torch.Tensor, y: torch.Tensor) -> Any:
    model = nn.Linear(X.shape[1], 2)
    model.load_state_dict(state)
    return reference.evaluate(model, X, y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    draws = parser.parse_args().draws
    torch.set_num_threads(1)
    sys.path.insert(0, str(ROOT))
    checks = load(ROOT / "autograder" / "graders" / "04-focal-loss" / "test_focal_compare_hidden.py")
    reference = load(ROOT / "solutions" / "04-focal-loss" / "focal_loss.py")
    found = [figures(reference, checks, number) for number in range(draws)]
    print(f"{f'{draws} draws':44}{'mean':>8}{'sd':>8}{'least':>8}{'most':>8}{'-6 sd':>8}{'+6 sd':>8}")
    for name in found[0]:
        values = [row[name] for row in found]
        mean, sd = statistics.fmean(values), statistics.stdev(values)
        margin = 6 * max(sd, LEAST_SD)
        row = (mean, sd, min(values), max(values), mean - margin, mean + margin)
        print(f"{name:44}" + "".join(f"{value:8.3f}" for value in row))


if __name__ == "__main__":
    main()
