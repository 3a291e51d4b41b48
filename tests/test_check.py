"""`losslab check` as a student meets it: no jail, a few lines, and nothing kept from them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.public import checks

ROOT = Path(__file__).parent.parent


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "assignments" / "01-mse" / "test_mse.py", tmp_path)
    return tmp_path


def test_a_cell_that_was_left_out_is_told(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text("# %%\nimport numpy as np\n# %%\ndef mse_loss(pred, target)\n    return 1\n")
    lines = checks.render(course.assignments[0], checks.run(course.assignments[0], kit))
    assert any("line 4" in line and "left out" in line for line in lines)


def test_the_reference_passes_and_a_wrong_value_is_shown(kit: Path, course: Course) -> None:
    text = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
    (kit / "mse.py").write_text(text)
    assert {item.status for item in checks.run(course.assignments[0], kit)} == {"pass"}
    (kit / "mse.py").write_text(text.replace("return np.mean(_errors(pred, target) ** 2)", "return 7.25"))
    wrong = [
        item for item in checks.run(course.assignments[0], kit) if item.status == "fail" and item.part == "mse_loss"
    ]
    assert wrong and all("got 7.25" in item.message for item in wrong)


def test_a_warning_is_told_as_what_it_teaches(tmp_path: Path, course: Course) -> None:
    shutil.copy(ROOT / "assignments" / "02-cross-entropy" / "test_cross_entropy.py", tmp_path)
    text = (ROOT / "solutions" / "02-cross-entropy" / "cross_entropy.py").read_text()
    naive = "def softmax(logits):\n    powers = np.exp(logits)\n    return powers / powers.sum(axis=1, keepdims=True)\n"
    (tmp_path / "cross_entropy.py").write_text(f"{text}\n\n{naive}")
    assignment = course.assignment("02-cross-entropy")
    lines = checks.render(assignment, checks.run(assignment, tmp_path))
    told = [line for line in lines if "subtract the largest number of the row first" in line]
    assert len(told) == 1 and told[0].startswith("! line ")


def test_what_is_next_is_said(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text("def mse_loss(pred, target):\n    return 7.25\n")
    assignment = course.assignments[0]
    lines = checks.render(assignment, checks.run(assignment, kit))
    assert "next: mse_loss; a nudge: losslab hint 01-mse/mse_loss" in lines
    failures = [index for index, line in enumerate(lines) if line.startswith("✗")]
    assert all(later - index <= 5 for index, later in zip(failures, [*failures[1:], len(lines)], strict=True))
