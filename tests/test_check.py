"""`losslab check` as a student meets it: no jail, a few lines, and nothing kept from them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.base.errors import SubmissionError
from autograder.course import Course
from autograder.student.checks import public, session, work
from autograder.student.checks.reading import read_file
from autograder.student.checks.watchdog import Watchdog
from autograder.student.terminal import run as running

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = [item.id for item in courses.load(ROOT / "course.yml").assignments]
MSE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text(encoding="utf-8")


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "assignments" / "01-mse" / "test_mse.py", tmp_path)
    return tmp_path


def lines_of(folder: Path, course: Course, assignment: str = "01-mse", show_all: bool = False) -> list[str]:
    return running.run(course.assignment(assignment), folder).lines(show_all)


def block(lines: list[str], words: str) -> list[str]:
    """The lines of the first failure whose title has these words."""
    start = next(index for index, line in enumerate(lines) if line[:1] in "✗·" and words in line)
    end = next(
        index for index in range(start + 1, len(lines) + 1) if lines[index : index + 1] == [] or lines[index][:1] != " "
    )
    return lines[start:end]


def without(name: str, body: str) -> str:
    """The reference with another body for a function."""
    return f"{MSE}\n\ndef {name}(pred, target):\n{body}\n"


def test_a_failure_keeps_to_the_house_format(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(without("mse_loss", "    return np.sum((np.asarray(pred) - target) ** 2)"))
    lines = lines_of(kit, course)
    title, value, lesson, *_ = block(lines, "averages over all elements of a matrix")
    assert title.startswith("✗ mse_loss · ") and value.startswith("  expected 15.1667, got 91  ")
    assert value.endswith("pred=[[1, 2, 3], [4, 5, 6]] target=[[0, 0, 0], [0, 0, 0]]")
    assert "factor of 6, the number of elements" in lesson
    assert "  next: losslab hint 01-mse/mse_loss" in lines
    assert sum("5.5 points at stake" in line for line in lines) == 1


def test_a_broken_cell_comes_first_with_its_line_and_its_parts_are_not_called_unstarted(
    kit: Path, course: Course
) -> None:
    (kit / "mse.py").write_text("# %%\nimport numpy as np\n# %%\ndef mse_loss(pred, target)\n    return 1\n")
    lines = lines_of(kit, course)
    assert lines[:2] == ["✗ mse.py · line 4 is not Python: expected ':'", "  > def mse_loss(pred, target)"]
    assert "left out" in block(lines, "mse_loss · averages the squares")[1]
    assert "mse_loss" not in next(line for line in lines if line.startswith("· not started"))


def test_a_script_that_is_not_python_gives_one_line(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text("def mse_loss(pred, target)\n    return 1\n")
    with pytest.raises(SubmissionError, match=r"^mse.py line 1: expected ':'; fix that line, and save$"):
        lines_of(kit, course)


def test_the_reference_passes_and_a_wrong_value_is_shown(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(MSE)
    assert {item.status for item in public.run(course.assignments[0], kit)} == {"pass"}
    (kit / "mse.py").write_text(MSE.replace("return np.mean(_errors(pred, target) ** 2)", "return 7.25"))
    wrong = [
        item for item in public.run(course.assignments[0], kit) if item.status == "fail" and item.part == "mse_loss"
    ]
    assert wrong and all("got 7.25" in item.message for item in wrong)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_check_and_plain_pytest_agree_on_the_reference(assignment: str, course: Course, tmp_path: Path) -> None:
    item = course.assignment(assignment)
    folder = Path(shutil.copytree(ROOT / "assignments" / assignment, tmp_path / assignment))
    (folder / f"{item.module}.ipynb").unlink()
    shutil.copy(ROOT / "solutions" / assignment / f"{item.module}.py", folder)
    made = running.run(item, folder)
    assert made.passed, made.lines()
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert sum("::" in line for line in listed.stdout.splitlines()) == sum(v.status == "pass" for v in made.verdicts)


def test_check_and_plain_pytest_fail_the_same_checks(kit: Path, course: Course) -> None:
    text = (
        without("mse_grad", "    return pred.nothing")
        .replace("(3, 1)", "(1, 3)")
        .replace("def huber_grad", "def other")
    )
    (kit / "mse.py").write_text(text)
    ours = sum(item.status in ("fail", "error", "missing") for item in public.run(course.assignments[0], kit))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    outcome = subprocess.run(command, cwd=kit, capture_output=True, text=True)
    assert ours > 2 and f"{ours} failed" in outcome.stdout


def test_a_stub_is_not_started_and_needs_no_library(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "missing_library", lambda assignment: pytest.fail("looked for a library"))
    lines = lines_of(ROOT / "assignments" / "04-focal-loss", course, "04-focal-loss")
    assert lines[0].startswith("· not started: focal_loss, ") and lines[1].startswith("next: focal_loss in ")
    assert not any("✗" in line or "NotImplementedError" in line for line in lines)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_released_file_counts_as_untouched_and_the_reference_does_not(assignment: str, course: Course) -> None:
    item = course.assignment(assignment)
    for name in work.names(item):
        assert work.untouched(item, read_file(ROOT / "assignments" / assignment / name)), name
    assert not work.untouched(item, read_file(ROOT / "solutions" / assignment / f"{item.module}.py"))


def test_a_part_that_is_half_done_says_which_function_is_open(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(without("rmse_grad", "    raise NotImplementedError()"))
    title, said, *_ = block(lines_of(kit, course), "rmse · the error over n times")
    assert title.startswith("·") and said == "  not started: rmse_grad"


def test_only_parts_begun_are_shown_unless_all_is_asked_for(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text("def mse_loss(pred, target):\n    return 7.25\n")
    assert "huber" not in "\n".join(line for line in lines_of(kit, course) if not line.startswith("· not started:"))
    assert block(lines_of(kit, course, show_all=True), "huber · half the square")


def test_a_misspelt_function_is_reported_with_its_right_name(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(MSE.replace("mse_loss", "mse_los"))
    assert block(lines_of(kit, course), "mse_loss · averages the squares")[1].strip() == (
        "`mse_loss` is not defined, but `mse_los` is: rename it"
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    errors = pred - target\n    return np.mean(erors ** 2)", "Did you mean `errors`?"),
        ("    errors = np.subtract(pred, target)\n    np.mean(errors ** 2)", "`return` missing"),
        ("    return (pred - target) ** 2 if pred == target else 0", "an array has many"),
        ("    return np.mean(np.subtract(pred, target) ** 2) ** 0.5", "square root"),
        ("    return -np.mean(np.subtract(pred, target) ** 2)", "the sign is wrong"),
        ("    return np.subtract(pred, target) ** 2", "A single number is expected"),
        ("    return np.float64(0) / 0", "something is divided by 0|0 / 0 and inf - inf are NaN"),
        ("    return np.mean(np.subtract(pred, target) ** 2) * np.nan", "NaN comes from"),
        ("    return pred.sum(axis=5)", "line"),
    ],
)
def test_a_failure_teaches(kit: Path, course: Course, body: str, words: str) -> None:
    (kit / "mse.py").write_text(without("mse_loss", body))
    told = "\n".join(block(lines_of(kit, course), "mse_loss · averages the squares of two errors"))
    assert any(word in told for word in words.split("|")), told


def test_a_students_exception_is_cut_to_their_own_line(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(without("mse_grad", "    half = np.ones(3)\n    return half @ np.ones(4)"))
    lines = block(lines_of(kit, course), "mse_grad · two over n")
    number = (kit / "mse.py").read_text().splitlines().index("    return half @ np.ones(4)") + 1
    assert lines[1].startswith(f"  line {number}: ValueError: ") and lines[2] == "  > return half @ np.ones(4)"
    assert not any("Traceback" in line or "site-packages" in line for line in lines)


def test_nothing_raised_and_an_unclear_message_are_told_apart(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(without("mse_loss", "    return 1.0"))
    assert "nothing was raised" in block(lines_of(kit, course), "validation · (3,)")[1]
    (kit / "mse.py").write_text(without("mse_loss", "    raise ValueError('bad input')"))
    unclear = block(lines_of(kit, course), "validation · (3,)")
    assert '"bad input"' in unclear[1] and "both shapes" in unclear[2]


def test_a_warning_is_shown_as_its_lesson(tmp_path: Path, course: Course) -> None:
    shutil.copy(ROOT / "assignments" / "02-cross-entropy" / "test_cross_entropy.py", tmp_path)
    text = (ROOT / "solutions" / "02-cross-entropy" / "cross_entropy.py").read_text()
    naive = "def softmax(logits):\n    powers = np.exp(logits)\n    return powers / powers.sum(axis=1, keepdims=True)\n"
    (tmp_path / "cross_entropy.py").write_text(f"{text}\n\n{naive}")
    failed = block(lines_of(tmp_path, course, "02-cross-entropy"), "softmax · finite at 1000")
    line = f"{text}\n\n{naive}".splitlines().index("    powers = np.exp(logits)") + 1
    assert (
        f"  Warning in line {line}: exp of more than 709 is infinite: subtract the largest number of the row first."
        in failed
    )


def test_a_warning_is_a_note_and_not_a_failure_if_all_checks_pass(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(
        without("mse_loss", "    np.exp(1000.0 * np.ones(1))\n    return _old(pred, target)").replace(
            "def mse_loss(pred, target):\n    np", "_old = mse_loss\n\n\ndef mse_loss(pred, target):\n    np"
        )
    )
    made = running.run(course.assignments[0], kit)
    assert made.passed and any(
        line.startswith("! warning in line ") and "exp of more than 709" in line for line in made.lines()
    )


def test_check_names_the_next_part_and_counts_hidden_checks(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(MSE)
    assert lines_of(kit, course)[-1] == "All public checks passed; 70 hidden checks run when you submit."
    (kit / "mse.py").write_text(MSE.replace("def huber_", "def my_own_thing_for_"))
    last, verdict = lines_of(kit, course)[-2:]
    assert last == "next: huber in mse.py; for a nudge: losslab hint 01-mse/huber"
    assert verdict == "14 of 17 public checks passed; 70 hidden checks run when you submit."


def test_no_failure_takes_more_than_five_lines(kit: Path, course: Course) -> None:
    spoilt = MSE.replace("return", "return 3 * undefined_name if len(str(pred)) % 2 else 5 *")
    for text in (spoilt, MSE.replace("return", "np.exp(np.ones(1) * 1e4); return np.nan *"), "def mse_loss(a): pass\n"):
        (kit / "mse.py").write_text(text)
        lines = lines_of(kit, course, show_all=True)
        starts = [index for index, line in enumerate(lines) if not line.startswith(" ")]
        assert starts and all(b - a <= 5 for a, b in zip(starts, [*starts[1:], len(lines)], strict=True))


def notebook_with(tmp_path: Path, changes: dict[str, str]) -> Path:
    folder = Path(shutil.copytree(ROOT / "assignments" / "01-mse", tmp_path / "01-mse"))
    path = folder / "mse.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    for name, body in changes.items():
        for cell in book["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and f"def {name}(" in source and "# Checks" not in source:
                cell["source"] = source.replace(
                    "    # YOUR CODE HERE\n    raise NotImplementedError()", body, 1
                ).splitlines(True)
    path.write_text(json.dumps(book), encoding="utf-8")
    return folder


def test_a_notebook_is_checked_like_a_script_and_places_are_named_by_cell(tmp_path: Path, course: Course) -> None:
    right, wrong = "    return np.mean(np.subtract(pred, target) ** 2)", "    return nothing_here"
    folder = notebook_with(tmp_path, {"mse_loss": right, "mse_grad": wrong, "rmse": "    return (1"})
    lines = lines_of(folder, course)
    assert lines[0].startswith("✗ mse.ipynb · cell 7, line ") and lines[1] == "  > return (1"
    assert "✓ mse_loss · averages the squares of two errors" in lines
    error = block(lines, "mse_grad · two over n")
    assert error[1].startswith("  cell 5, line ") and error[2] == "  > return nothing_here"
    assert not any("left out: AssertionError" in line or "NotImplementedError" in line for line in lines)


def test_check_reads_the_started_file_and_not_a_stub_saved_later(tmp_path: Path, course: Course) -> None:
    folder = notebook_with(tmp_path, {"mse_loss": "    return 1"})
    os.utime(folder / "mse.ipynb", (1e9, 1e9))
    assert work.choose(course.assignments[0], folder).name == "mse.ipynb"


def test_magics_of_a_notebook_do_no_harm(tmp_path: Path, course: Course) -> None:
    folder = notebook_with(tmp_path, {"mse_loss": "    return np.mean(np.subtract(pred, target) ** 2)"})
    path = folder / "mse.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"].insert(
        0, {"cell_type": "code", "metadata": {}, "source": "%matplotlib inline\n!pip list", "outputs": []}
    )
    path.write_text(json.dumps(book), encoding="utf-8")
    assert "✓ mse_loss · averages the squares of two errors" in lines_of(folder, course)


@pytest.mark.parametrize("how", ["while True:\n        pass", "import time; time.sleep(60)"])
def test_an_endless_loop_is_stopped_and_shown_and_the_others_are_run(
    kit: Path, course: Course, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(public, "MIN_SECONDS", 0.5)
    (kit / "mse.py").write_text(without("mse_loss", f"    {how}"))
    started = time.monotonic()
    made = running.run(course.assignments[0], kit)
    lines = block(made.lines(), "mse_loss · averages the squares")
    assert time.monotonic() - started < 10
    assert "still running after 0.5 s" in lines[1] and lines[2].startswith("  > ")
    assert "✓ huber · half the square inside delta, a line outside" in made.lines()


def test_a_loop_is_stopped_where_the_machine_ignores_ctrl_c() -> None:
    """As under nohup, and in what a shell script starts in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        until = time.monotonic() + 5.0
        with pytest.raises(KeyboardInterrupt), Watchdog(0.1):
            while time.monotonic() < until:
                pass
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_loop_that_swallows_the_first_interrupt_is_stopped_too(
    kit: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "MIN_SECONDS", 0.3)
    body = "    tries = 0\n    while True:\n        try:\n            import time; time.sleep(60)\n        except BaseException:\n            tries += 1\n            if tries > 1: raise"
    (kit / "mse.py").write_text(without("mse_loss", body))
    assert "still running" in block(lines_of(kit, course), "mse_loss · averages the squares")[1]


def test_an_endless_loop_at_the_top_of_the_file_is_one_line(
    kit: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "MIN_SECONDS", 0.3)
    (kit / "mse.py").write_text(f"{MSE}\nwhile True:\n    pass\n")
    with pytest.raises(SubmissionError, match=r"mse.py line .*: still running after 0.3 s.*loop") as caught:
        lines_of(kit, course)
    assert "\n" not in str(caught.value)


def test_ctrl_c_in_a_check_tells_where_and_ends_the_run(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(
        without("mse_loss", "    import os, signal\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass")
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        made = running.run(course.assignments[0], kit, kit)
    finally:
        signal.signal(signal.SIGINT, before)
    lines = made.lines()
    assert not made.passed and "stopped by Ctrl-C" in lines[1] and any("were not run" in line for line in lines)
    assert not (kit / ".losslab").exists(), "half a run must not be remembered as a verdict"


def test_a_helper_next_to_the_file_is_read_again_at_each_run(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(f"{MSE}\nfrom my_helper import mse_loss\n")
    (kit / "my_helper.py").write_text("def mse_loss(pred, target):\n    return 1\n")
    assert "got 1" in block(lines_of(kit, course), "mse_loss · averages the squares")[1]
    (kit / "my_helper.py").write_text("def mse_loss(pred, target):\n    return 22\n")
    assert "got 22" in block(lines_of(kit, course), "mse_loss · averages the squares")[1]
    assert "my_helper" not in sys.modules and str(kit) not in sys.path


def test_a_function_that_prints_gives_a_note_and_its_output_stays_off_the_screen(
    kit: Path, course: Course, capfd: pytest.CaptureFixture[str]
) -> None:
    (kit / "mse.py").write_text(without("mse_loss", "    print('so far', pred)\n    return 1"))
    assert any(line.startswith("! your functions print: so far ") for line in lines_of(kit, course))
    assert capfd.readouterr().out == ""


def test_inputs_are_recorded_before_a_function_changes_them(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(without("mse_grad", "    pred -= pred\n    return pred + 9"))
    assert "pred=[3, 1]" in block(lines_of(kit, course), "mse_grad · two over n")[1]


def test_the_current_part_is_run_first_and_reported_alone(kit: Path, course: Course) -> None:
    (kit / "mse.py").write_text(MSE)
    early: list[running.Run] = []
    made = running.run(course.assignments[0], kit, first="huber", report=early.append)
    assert [{item.part for item in run.verdicts} for run in early] == [{"huber"}]
    order = [item.part for item in made.verdicts]
    assert order.index("mse_loss") < order.index("huber") and made.passed


def test_a_students_colours_and_escape_codes_stay_off_the_terminal(
    kit: Path, course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder.student.screen import say

    (kit / "mse.py").write_text(without("mse_loss", "    raise RuntimeError('\\x1b[2J gone')"))
    say(*lines_of(kit, course))
    out = capsys.readouterr().out
    assert "gone" in out and "\x1b" not in out


def test_the_titles_of_the_checks_can_be_read_without_running_anything() -> None:
    import ast

    for path in sorted((ROOT / "assignments").glob("*/test_*.py")):
        found = list(session.tests(ast.parse(path.read_bytes())))
        assert found and all(title and title != name for name, title in found), path
