"""Each submission has its own hidden inputs: the inputs that one has leaked do not help the next."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.course import Course
from autograder.grading import draws
from autograder.grading.batch import Batch, Graded, grade
from autograder.grading.proxy import Student
from autograder.intake.submission import Submission
from autograder.results import regrade
from autograder.worker import reader, wire

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
REFERENCE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
Calls = list[tuple[str, bytes]]


@pytest.fixture
def graded(course: Course, wall: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Graded, Calls]]:
    """Grade a text under a digest; return the outcomes, and all calls with their packed arguments."""

    def run(source: str, digest: str, assignment: str = "01-mse") -> tuple[Graded, Calls]:
        calls: Calls = []
        real = Student._observe

        def watched(self: Student, function: str, args: Any, kwargs: Any, *more: Any, **others: Any) -> Any:
            calls.append((function, wire.pack([list(args), kwargs])))
            return real(self, function, args, kwargs, *more, **others)

        with monkeypatch.context() as patch:
            patch.setattr(Student, "_observe", watched)
            submission = Submission("s", assignment, source, sha256=digest)
            return grade(Batch(course, assignment, [submission], str(ROOT), wall))[0], calls

    return run


KEY = """
def key(name, args, kwargs):
    import numpy as np
    told = [(np.asarray(item).dtype.str, np.asarray(item).tolist()) for item in [*args, *kwargs.values()]]
    return repr((name, told, sorted(kwargs)))
"""
TABLE = """
TABLE = {table!r}
def looked_up(name):
    def function(*args, **kwargs):
        import numpy as np
        return np.array(TABLE[key(name, args, kwargs)])[()]
    return function
for name in {names!r}:
    globals()[name] = looked_up(name)
"""


def a_table(calls: Calls) -> str:
    """A submission that knows the right answer to each of these calls, and nothing else."""
    module: dict[str, Any] = {}
    exec(compile(REFERENCE + KEY, "mse.py", "exec"), module)
    table = {}
    for function, packed in calls:
        args, kwargs = reader.unpack(packed)
        name = module["key"](function, args, kwargs)
        try:
            with np.errstate(all="ignore"):
                table[name] = np.asarray(module[function](*args, **kwargs)).tolist()
        except ValueError:
            continue
    return KEY + TABLE.format(table=table, names=sorted({name for name, _ in calls})).replace("nan", "float('nan')")


def points(graded: Graded, part: str) -> float:
    return sum(item.max_points for item in graded.outcomes if item.part == part and item.status == "pass")


def test_a_table_learnt_in_one_round_does_not_help_in_the_next(graded: Callable[..., tuple[Graded, Calls]]) -> None:
    spied, calls = graded(REFERENCE, "a" * 64)
    table = a_table(calls)
    again, _ = graded(table, "a" * 64)
    parts = ("mse_loss", "mse_grad", "rmse")
    # The table is a good one: with the same inputs it earns what can be looked up.
    assert all(points(again, part) >= 0.6 * points(spied, part) for part in parts)
    later, _ = graded(table, "b" * 64)
    drawn = drawing_checks()
    assert [item.id for item in later.outcomes if item.status == "pass" and item.id in drawn] == []
    assert any(item.status == "pass" and item.id in drawn for item in again.outcomes)


def drawing_checks() -> set[str]:
    """Return the checks of 01 that draw random numbers and compare a value."""
    import re

    texts = "\n".join(path.read_text() for path in (ROOT / "autograder" / "graders" / "01-mse").glob("test_*.py"))
    return set(re.findall(r"^def test_(\w+)\(.*\brng\b.*\):", texts, re.MULTILINE))


def test_equal_submissions_get_equal_inputs_and_different_ones_get_different_inputs(
    graded: Callable[..., tuple[Graded, Calls]],
) -> None:
    first, calls = graded(REFERENCE, "a" * 64)
    again, same = graded(REFERENCE, "a" * 64)
    other, others = graded(REFERENCE, "b" * 64)
    assert calls == same and first == again
    assert len(calls) == len(others) and calls != others
    assert first.outcomes == other.outcomes  # a right answer earns everything whatever it is given


@pytest.mark.parametrize(
    "change",
    [{"secret": b"another"}, {"assignment": "02-a"}, {"check": "other"}, {"round": "b"}, {"seed": 1}],
    ids=lambda change: next(iter(change)),
)
def test_the_seed_depends_on_secret_assignment_check_and_round(change: dict[str, Any]) -> None:
    values: dict[str, Any] = {"secret": b"secret", "assignment": "01-a", "check": "mse", "round": "a", "seed": 0}
    assert draws.seed_of(**values) == draws.seed_of(**values)
    assert draws.seed_of(**values) != draws.seed_of(**(values | change))


def test_joined_names_cannot_be_confused() -> None:
    assert draws.seed_of(b"s", "01-a", "b/c", "d") != draws.seed_of(b"s", "01-a/b", "c", "d")
    assert draws.seed_of(b"s", "01-a", "b", "c1") != draws.seed_of(b"s", "01-a", "b", "c", 1)


# From the command line


def losslab(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "autograder", *command], cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted"
    for student in ("student-05", "student-08"):
        shutil.copytree(CLASS / student / "01-mse", folder / student / "01-mse")
    return folder


def results(out: Path) -> dict[str, dict[str, Any]]:
    return {item["student"]: item for item in json.loads((out / "results.json").read_bytes())["results"]}


def test_who_hands_in_again_gets_another_round_and_nobody_else_does(submitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert losslab("grade", str(submitted), "--out", str(out)).returncode == 0
    before = results(out)
    assert len({item["provenance"]["round"] for item in before.values()}) == 2
    kept = (out / "results" / "student-08" / "01-mse.json").read_bytes()
    script = submitted / "student-05" / "01-mse" / "mse.py"
    script.write_text(script.read_text() + "\n# once more\n")
    assert losslab("grade", str(submitted), "--out", str(out)).returncode == 0
    after = results(out)
    assert json.loads((out / "timings.json").read_bytes())["graded_now"] == 1
    assert after["student-05"]["provenance"]["round"] != before["student-05"]["provenance"]["round"]
    assert (out / "results" / "student-08" / "01-mse.json").read_bytes() == kept
    # Elsewhere, from nothing: the same bytes. What is known of former rounds lies nowhere but in what was handed in.
    assert losslab("grade", str(submitted), "--out", str(tmp_path / "elsewhere")).returncode == 0
    assert (tmp_path / "elsewhere" / "results.json").read_bytes() == (out / "results.json").read_bytes()
    replayed = losslab("replay", "student-05", "01-mse", "--submitted", str(submitted), "--out", str(out))
    assert replayed.returncode == 0 and "same outcome" in replayed.stdout
    preview = losslab("regrade", str(submitted), "--out", str(out), "--preview", "--json")
    assert json.loads(preview.stdout) == []


def test_a_result_without_a_round_is_reported_as_old() -> None:
    from autograder.results import Provenance, Result

    old = msgspec.json.decode(b'{"graders":"a","course":"b","environment":"c","seed":"d"}', type=Provenance)
    new = msgspec.structs.replace(old, round="e")
    one = Result("ada", "01-a", "graded", None, 2, 8, 0.0, "f" * 64, "bubblewrap", [], [], provenance=old)
    two = msgspec.structs.replace(one, provenance=new)
    (line,) = regrade.origins_differ(one, two)
    assert line.startswith("the round of the random inputs") and "none then" in line
    # A changed submission must have another round.
    other = msgspec.structs.replace(two, submission_sha256="0" * 64)
    assert regrade.origins_differ(
        two, msgspec.structs.replace(other, provenance=msgspec.structs.replace(new, round="f"))
    ) == ["the submission has changed"]
