"""What the comparison of 04-focal-loss reaches over many draws, and the bounds that its hidden checks take from it.

python benchmarks/thresholds_focal_loss.py [--draws 200]

Each draw is what one course's secret makes of the hidden checks: clouds and scattered rows, digits and wrong labels. The
reference's `compare` runs on each with a seed of its own, and once with all starting weights zero. Printed are mean, standard
deviation, least and greatest value, and the mean -+ 6 sd, where sd is not taken below 0.01, for other right solutions draw
and shuffle in another way:

- "off the truth": by how much any metric of the scattered rows but average precision differs from what is known to be right.
  It has to be 0: no row lies near a threshold.
- "ranking": by how much their average precision does (RANKED in the checks).
- "digits": average precision and accuracy less those of the grader's own classifiers (ON_DIGITS in the checks), and the
  average precision on the training rows (LEAST_AVERAGE_PRECISION, for who measures there).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import unittest.mock
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
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
    """What the checks look at, in one grading."""
    drawn = checks.Clouds(reference, np.random.default_rng([number, 1]))
    truth = {name: checks.measured(*drawn.truth(name)) for name in checks.LOSSES}
    found = {}
    for start, compare in (("", reference.compare), (", from zero", from_zero(reference))):
        rows = compare(*drawn.all, seed=number)
        off = {key: max(abs(rows[name][key] - truth[name][key]) for name in rows) for key in checks.KEYS}
        found[f"rows: ranking{start}"] = off.pop("average_precision")
        found[f"rows: off the truth{start}"] = max(off.values())
    data = checks.digits(np.random.default_rng([number, 2]))
    rows = reference.compare(*data, seed=number)
    for name, members in checks.trained(reference, *data[:2]).items():
        own = checks.measured(data[3].numpy(), checks.scores(members, data[2].double().numpy()).mean(1))
        for key in ("average_precision", "accuracy", "recall"):
            found[f"digits: {key.replace('_', ' ')}, {name}"] = rows[name][key] - own[key]
    trained_on = reference.compare(*data[:2], *data[:2], seed=number)
    return found | {
        f"digits: on the training rows, {name}": trained_on[name]["average_precision"] for name in trained_on
    }


def from_zero(reference: ModuleType) -> Callable[..., Any]:
    """The reference's comparison, where layers start at zero."""

    class Zero(nn.Linear):
        def reset_parameters(self) -> None:
            for parameter in self.parameters():
                nn.init.zeros_(parameter)

    def compare(*data: torch.Tensor, seed: int) -> Any:
        with unittest.mock.patch.object(reference.nn, "Linear", Zero):
            return reference.compare(*data, seed=seed)

    return compare


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
