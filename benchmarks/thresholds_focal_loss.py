"""What the comparison of 04-focal-loss reaches over many seeds, and the thresholds that its hidden checks take from it.

python benchmarks/thresholds_focal_loss.py [--seeds 400]

Runs the reference's `compare` on the data of the hidden checks, once a seed, and prints for each figure mean, standard
deviation, least and greatest value, and the mean -+ 6 sd, where sd is not taken below 0.01. Of the last two columns, the
ones that matter stand in autograder/graders/04-focal-loss/test_focal_compare_hidden.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
from pathlib import Path
from types import ModuleType

import torch

ROOT = Path(__file__).parent.parent
LEAST_SD = 0.01


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(reference: ModuleType, checks: ModuleType, seed: int) -> dict[str, float]:
    """What the checks look at, in one grading."""
    digits = reference.compare(*checks.digits(), seed=seed)
    clouds = reference.compare(*checks.fixed_clouds(), seed=seed)
    return {
        **{f"digits: average precision, {name}": row["average_precision"] for name, row in digits.items()},
        "clouds: recall gained by weights": checks.gain(clouds, "recall", "weighted"),
        "clouds: precision lost by weights": -checks.gain(clouds, "precision", "weighted"),
        "clouds: recall gained by focal": checks.gain(clouds, "recall", "focal"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=400)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    sys.path.insert(0, str(ROOT))
    checks = load(ROOT / "autograder" / "graders" / "04-focal-loss" / "test_focal_compare_hidden.py")
    reference = load(ROOT / "solutions" / "04-focal-loss" / "focal_loss.py")
    found = [figures(reference, checks, seed) for seed in range(seeds)]
    print(f"{f'{seeds} seeds':40}{'mean':>8}{'sd':>8}{'least':>8}{'most':>8}{'-6 sd':>8}{'+6 sd':>8}")
    for name in found[0]:
        values = [row[name] for row in found]
        mean, sd = statistics.fmean(values), statistics.stdev(values)
        margin = 6 * max(sd, LEAST_SD)
        row = (mean, sd, min(values), max(values), mean - margin, mean + margin)
        print(f"{name:40}" + "".join(f"{value:8.3f}" for value in row))


if __name__ == "__main__":
    main()
