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
