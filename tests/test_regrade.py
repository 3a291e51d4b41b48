"""Regrade and replay: who would change and why, what stays, and the same outcome again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nbgrader.api import Gradebook

from autograder.results import CheckResult, PartResult, Provenance, Result, regrade

ROOT = Path(__file__).parent.parent
CLASS = ROOT / "tests" / "sample_class" / "submitted"
GRADER = Path("autograder") / "graders" / "01-mse" / "test_mse_hidden.py"


def a_result(student: str = "ada", **changes: Any) -> Result:
    checks = [CheckResult("c1", "large logits", "pass", 2, 2, "", None), CheckResult("c2", "x", "fail", 0, 4, "", None)]
    parts = [PartResult("loss", 2, 6, False, checks), PartResult("essay", 0, 2, True, [])]
    result = Result(student, "01-a", "graded", None, 2, 8, 0.0, "f" * 64, "bubblewrap", parts, [])
    return msgspec.structs.replace(result, **changes)


def with_part(result: Result, **changes: Any) -> Result:
    return msgspec.structs.replace(
        result, parts=[msgspec.structs.replace(result.parts[0], **changes), *result.parts[1:]]
    )


def reasons(old: Result, new: Result) -> list[str]:
    return list(regrade.reasons_of(old, new))


def test_equal_results_are_no_change() -> None:
    assert (
        regrade.changes({("ada", "01-a"): a_result()}, [a_result(sandbox="uid", notes=["mse (1).py was taken"])]) == []
    )


def test_the_reason_names_the_check_and_its_points() -> None:
    check = CheckResult("c2", "x", "pass", 4, 4, "", None)
    new = with_part(a_result(score=6), checks=[a_result().parts[0].checks[0], check], score=6)
    (change,) = regrade.changes({("ada", "01-a"): a_result()}, [new])
    assert (change.before, change.after, change.difference) == (2, 6, 4)
    assert change.reasons == ["loss: c2 fail → pass, 0 → 4 points"]


def test_reasons_go_from_the_submission_to_the_checks() -> None:
    assert reasons(a_result(), a_result(submission_sha256="0")) == ["handed in again"]
    assert reasons(a_result(), a_result(late_penalty=0.5)) == ["late penalty 0 → 0.5"]
    assert reasons(a_result(), a_result(problem="a.py: is empty", status="rejected")) == ["rejected: a.py: is empty"]
    assert reasons(with_part(a_result(), checks=[]), a_result())[0] == "loss: check c1 is new (pass, 2 of 2 points)"
    assert reasons(a_result(), with_part(a_result(), checks=[]))[0] == "loss: check c1 is gone (2 points)"
    assert reasons(a_result(), msgspec.structs.replace(a_result(), parts=[])) == [
        "part loss is gone",
        "part essay is gone",
    ]
    assert "has not been graded before" in regrade.changes({}, [a_result()])[0].reasons


def test_those_who_change_most_come_first() -> None:
    before = {(name, "01-a"): a_result(name) for name in ("ada", "bob")}
    found = regrade.changes(
        before, [a_result("ada", score=3, late_penalty=0.5), a_result("bob", score=0, late_penalty=1)]
    )
    assert [change.student for change in found] == ["bob", "ada"]


def test_what_an_outcome_depends_on_is_compared_by_name() -> None:
    origin = Provenance("a", "b", "Python 3.11", "d")
    old = a_result(provenance=origin)
    assert regrade.origins_differ(old, old) == []
    new = a_result(provenance=msgspec.structs.replace(origin, graders="z", seed="y"), sandbox="uid")
    assert regrade.origins_differ(old, new) == [
        "the wall was bubblewrap and is now uid",
        "graders, reference or the program that grades: a then, z now",
        "the secret of graders/secret.txt: d then, y now",
    ]


# With a real course


def losslab(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "autograder", *command], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of its own, whose graders may be changed, with four submissions graded."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("solutions", "assignments"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "autograder" / "graders" / "01-mse", folder / "autograder" / "graders" / "01-mse")
    shutil.copy(ROOT / "course.yml", folder)
    for number in (1, 3, 5, 19):
        name = f"student-{number:02}"
        shutil.copytree(CLASS / name / "01-mse", folder / "submitted" / name / "01-mse")
    (folder / "submitted" / "student-03" / "01-mse" / "timestamp.txt").write_text("2027-02-02 10:00:00 UTC")
    done = losslab(folder, "grade", "submitted", "--out", "grades")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course", symlinks=True))


def changes(folder: Path, *options: str) -> dict[str, Any]:
    done = losslab(folder, "regrade", "submitted", "--out", "grades", "--json", *options)
    assert done.returncode == 0, done.stderr
    return {item["student"]: item for item in json.loads(done.stdout)}


def written(folder: Path) -> dict[str, bytes]:
    """What people read; the memory of graded submissions is no part of it."""
    files = [path for path in (folder / "grades").rglob("*") if path.is_file() and ".graded" not in path.parts]
    return {str(path): path.read_bytes() for path in files}


def test_a_changed_grader_is_previewed_then_written(folder: Path) -> None:
    path = folder / GRADER
    text = path.read_text()
    title = '"""averages squared errors of a vector"""'
    assert title in text
    path.write_text(text.replace(title, f'{title}\n    require(False, "too strict by mistake")'))
    with Gradebook(f"sqlite:///{folder / 'grades' / 'gradebook.db'}", course_id="loss-functions") as book:
        grade = book.find_grade("mae", "mse", "01-mse", "student-01")
        grade.manual_score, grade.extra_credit = 1.0, 0.5
        book.db.commit()
    before = written(folder)
    preview = changes(folder, "--preview")
    assert written(folder) == before
    assert set(preview) == {"student-01", "student-03", "student-05"}
    assert "mse_loss: mse_of_a_vector pass → fail, 1.5 → 0 points" in preview["student-05"]["reasons"]
    assert preview["student-05"]["after"] == preview["student-05"]["before"] - 1.5
    assert preview["student-01"]["after"] == preview["student-01"]["before"] - 1.5 - 4 + 1.5
    assert changes(folder) == preview
    assert json.loads((folder / "grades" / "timings.json").read_bytes())["graded_now"] == 0  # the preview had done it
    assert changes(folder, "--preview") == {}
    with Gradebook(f"sqlite:///{folder / 'grades' / 'gradebook.db'}", course_id="loss-functions") as book:
        grade = book.find_grade("mae", "mse", "01-mse", "student-01")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (4.0, 1.0, 0.5)
    assert '"student-01",28,' in (folder / "grades" / "grades.csv").read_text()


def test_a_changed_late_policy_grades_nothing_again(folder: Path) -> None:
    path = folder / "course.yml"
    path.write_text(path.read_text().replace("percent_per_day: 10", "percent_per_day: 25"))
    found = changes(folder)
    assert set(found) == {"student-03"}
    assert found["student-03"]["reasons"] == ["late penalty 3.2 → 8"]
    assert json.loads((folder / "grades" / "timings.json").read_bytes())["graded_now"] == 0
    (folder / "extensions.yml").write_text("[{student: student-03, assignment: 01-mse, until: 2027-02-03T00:00:00}]")
    assert changes(folder)["student-03"]["reasons"] == ["late penalty 8 → 0"]


def test_a_replay_gives_the_same_outcome(folder: Path) -> None:
    before = written(folder)
    done = losslab(folder, "replay", "student-05", "01-mse")
    assert done.returncode == 0 and "same outcome, check by check" in done.stdout, done.stderr
    assert written(folder) == before


def test_a_replay_that_differs_says_what_and_why(folder: Path) -> None:
    path = folder / "submitted" / "student-05" / "01-mse" / "mse.py"
    path.write_text(path.read_text() + "\ndel mae_loss\n")
    done = losslab(folder, "replay", "student-05", "01-mse", "--json")
    outcome = json.loads(done.stdout)
    assert done.returncode == 1 and outcome["differences"]
    assert outcome["causes"] == ["the submission has changed"]


def test_a_replay_of_an_unknown_student_gives_one_line(folder: Path) -> None:
    done = losslab(folder, "replay", "nobody", "01-mse")
    assert done.returncode == 2 and "run `losslab grade` first" in done.stderr


def test_a_class_list_goes_in_and_a_gradebook_for_canvas_comes_out(folder: Path) -> None:
    (folder / "class.csv").write_text('student,last_name,first_name\nstudent-05,"Müller, Jo",=1+1\n007,Bond,James\n')
    done = losslab(folder, "import-roster", "class.csv")
    assert done.returncode == 0 and "2 students" in done.stdout, done.stderr
    for target in ("canvas", "moodle", "plain", "json"):
        assert losslab(folder, "export", target).returncode == 0
    lines = (folder / "grades" / "canvas.csv").read_text(encoding="utf-8").splitlines()
    assert '"Müller, Jo, =1+1","","","student-05","",30.75' in lines
    assert '"Bond, James","","","007","",""' in lines
    assert (folder / "grades" / "export" / "checks.csv").is_file()
    done = losslab(folder, "export", "gradescope", "--to", "x.zip", "--assignment", "01", "--assignment", "02")
    assert done.returncode == 2 and "each assignment has a zip of its own" in done.stderr


def test_a_gradebook_without_anything_by_hand_changes_no_byte(folder: Path) -> None:
    before = {
        name: data for name, data in written(folder).items() if not name.endswith(("timings.json", "gradebook.db"))
    }
    assert losslab(folder, "regrade", "submitted", "--out", "grades").returncode == 0
    assert {name: data for name, data in written(folder).items() if name in before} == before
