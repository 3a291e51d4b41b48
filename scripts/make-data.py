"""Write the data sets that ship with 03, 04 and 05: python scripts/make-data.py PENGUINS_CSV

PENGUINS_CSV is penguins.csv of the Palmer penguins (in the `palmerpenguins` distribution on PyPI); the others come with
scikit-learn. Its output is committed; this script shows how it was made.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits

ROOT = Path(__file__).parent.parent
PENGUINS = ("species", "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "sex", "body_mass_g")


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def breast_cancer() -> None:
    data = load_breast_cancer()
    header = [name.replace(" ", "_") for name in data.feature_names] + ["benign"]
    rows = [[f"{value:.6g}" for value in row] + [str(label)] for row, label in zip(data.data, data.target, strict=True)]
    write(ROOT / "solutions/03-gradient-comparison/breast_cancer.csv", header, rows)


def digits() -> None:
    data = load_digits()
    header = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)] + ["digit"]
    rows = [
        [str(int(value)) for value in row] + [str(label)] for row, label in zip(data.data, data.target, strict=True)
    ]
    write(ROOT / "solutions/04-focal-loss/digits.csv", header, rows)


def penguins(source: Path) -> None:
    """Split the penguins: every third complete row of each species, in shuffled order, stays with the graders."""
    with source.open(encoding="utf-8") as file:
        complete = [row for row in csv.DictReader(file) if "NA" not in (row[name] for name in PENGUINS)]
    order = np.random.default_rng(20).permutation(len(complete))
    seen: dict[str, int] = defaultdict(int)
    released, hidden = [], []
    for index in order:
        row = complete[index]
        seen[row["species"]] += 1
        (hidden if seen[row["species"]] % 3 == 0 else released).append([row[name] for name in PENGUINS])
    write(ROOT / "solutions/05-multi-task/penguins.csv", list(PENGUINS), released)
    write(ROOT / "autograder/graders/05-multi-task/penguins_hidden.csv", list(PENGUINS), hidden)


if __name__ == "__main__":
    breast_cancer()
    digits()
    penguins(Path(sys.argv[1]))
