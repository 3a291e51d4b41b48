"""What is exported is read back, by the rules of those who will read it."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from autograder import course as courses
from autograder import gradebook, results
from autograder.base import tables
from autograder.base.errors import OutputError
from autograder.cli.export import Target, _grades
from autograder.course import Assignment, Course, LatePolicy, Measure, Part
from autograder.exports import canvas, feedback, gradescope, gradescope_run, load, moodle, plain, roster, schema
from autograder.exports.load import Grades, Person
from autograder.intake.submission import Submission
from autograder.results import CheckResult, PartResult, Provenance, Result
from autograder.use_cases import reading

ROOT = Path(__file__).parent.parent
HINTS = ["nudge", "method", "formula"]
PARTS = [Part("loss", "The loss", 6, hints=HINTS), Part("essay", "In words", 2, manual=True)]
COURSE = Course(
    "c",
    "Losses",
    [
        Assignment("01-a", "Losses, plain", "first", "numpy", PARTS, datetime.datetime(2027, 2, 1, 12)),
        Assignment("02-b", "Final score", "second", "numpy", PARTS, leaderboard=[Measure("rmse", "RMSE", "lower")]),
    ],
    late_policy=LatePolicy(percent_per_day=10),
)
PEOPLE = [
    Person("007", "Jo", 'Müller, "Jo"', "jo@example.org", "0042"),
    Person("=1+1", "@SUM(A1)", "+49", "", ""),
    Person("ada", "Ada", "Lovelace", "ada@example.org", "17"),
    Person("zoë", "Zoë", "'t Hooft", "", "18"),
]


def a_result(student: str, assignment: str = "01-a", earned: float = 4.5, **changes: Any) -> Result:
    checks = [
        CheckResult("c1", "large logits", "pass", earned, 6, "", None),
        CheckResult("c2", "=cmd|' /C calc'!A0", "fail", 0, 6 - earned, "got nan,\nnot 1", "no_shift"),
    ]
    parts = [PartResult("loss", earned, 6, False, checks), PartResult("essay", 0, 2, True, [])]
    result = Result(student, assignment, "graded", None, earned, 8, 0.0, "f" * 64, "bubblewrap", parts, [])
    return msgspec.structs.replace(result, provenance=Provenance("a", "b", "Python 3.11", "d"), **changes)


RESULTS = [
    a_result(person.id, name) for person in PEOPLE for name in ("01-a", "02-b") if (person.id, name) != ("zoë", "02-b")
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `losslab grade` leaves it, with a roster."""
    out = tmp_path_factory.mktemp("grades")
    for result in RESULTS:
        path = out / "results" / result.student / f"{result.assignment}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(results.dump(result))
    times = {("ada", "01-a"): datetime.datetime(2027, 2, 1, 13, tzinfo=datetime.UTC)}
    gradebook.write_gradebook(url(out), COURSE, RESULTS, times)
    roster.enter(url(out), COURSE, PEOPLE)
    return out


def url(out: Path) -> str:
    return f"sqlite:///{out / 'gradebook.db'}"


@pytest.fixture(scope="module")
def grades(out: Path) -> Grades:
    return load.load(out, url(out), COURSE, [])


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def as_canvas_reads(text: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Scores by SIS Login ID and assignment, and points possible, as Canvas's importer would take them."""
    header, *body = rows(text)
    assert header[:2] == ["Student", "ID"] and header.count("Section") == 1
    first = header.index("Section") + 1
    titles = header[first:]
    assert not any(re.search(r"(Current|Final|Override).*(Score|Points|Grade)", title, re.I) for title in titles)
    possible = next(row for row in body if "Points Possible" in row[0])
    people = {
        row[header.index("SIS Login ID")]: dict(zip(titles, row[first:], strict=True)) | {"name": row[0], "ID": row[1]}
        for row in body
        if "Points Possible" not in row[0]
    }
    return people, dict(zip(titles, possible[first:], strict=True))


def test_canvas_takes_every_name_and_score(grades: Grades) -> None:
    text, notes = canvas.write_canvas_csv(grades)
    people, possible = as_canvas_reads(text)
    assert notes == [] and set(possible.values()) == {"8"}
    assert list(people) == [person.id for person in PEOPLE]
    assert people["007"]["name"] == 'Müller, "Jo", Jo' and people["007"]["ID"] == "0042"
    assert people["=1+1"]["name"] == "'+49, @SUM(A1)"  # a name is not looked up, an id is
    scores = [value for title, value in people["ada"].items() if title not in ("name", "ID")]
    assert [float(score) for score in scores] == [4.05, 4.5]  # an hour late costs a day
    assert "" in people["zoë"].values()  # not handed in: Canvas leaves the cell as it is


def test_canvas_keeps_ids_of_its_own_export(grades: Grades, tmp_path: Path) -> None:
    exported = tmp_path / "canvas.csv"
    exported.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Root Account,Section,Losses\\, plain,Final score (7),Final Score\n"
        ",,,,,,Manual Posting,,\n"
        "    Points Possible,,,,,,,8,(read only)\n"
        '"Lovelace, Ada",0815,u-17,ada,canvas.example.org,"A, and B",,3,100\n'
        '"Müller, Jo",99,007,jo.mueller,canvas.example.org,A,,,\n'
        '"Student, Test",1,,f00,canvas.example.org,A,,,\n'.replace("Losses\\, plain", '"Losses, plain (12)"'),
        encoding="utf-8-sig",
    )
    text, notes = canvas.write_canvas_csv(grades, exported)
    header, _, *body = rows(text)
    assert header == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Root Account", "Section"),
        *("Losses, plain (12)", "Final score (7)"),
    ]
    assert body[0] == ["Lovelace, Ada", "0815", "u-17", "ada", "canvas.example.org", "A, and B", "4.05", "4.5"]
    assert body[1] == ["Müller, Jo", "99", "007", "jo.mueller", "canvas.example.org", "A", "4.5", "4.5"]
    assert [row[3] for row in body[2:]] == ["=1+1", "zoë"]
    assert notes == [f"student {name} is not in the exported gradebook" for name in ("=1+1", "zoë")]


def test_a_file_that_canvas_did_not_export_is_refused(grades: Grades, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("name,points\nada,3\n")
    with pytest.raises(OutputError, match="is not a gradebook exported from Canvas"):
        canvas.write_canvas_csv(grades, other)


def test_moodle_has_a_row_for_every_student(grades: Grades) -> None:
    header, *body = rows(moodle.write_moodle_csv(grades))
    found = [dict(zip(header, row, strict=True)) for row in body]
    assert not any(r[name][:1] in ("=", "+", "-", "@") for r in found for name in ("First name", "Last name"))
    names = [(tables.unguarded(r["First name"]), tables.unguarded(r["Last name"])) for r in found]
    who = [(r["Username"], *both, r["Email address"]) for r, both in zip(found, names, strict=True)]
    people = [Person(*fields) for fields in who]
    assert people == [msgspec.structs.replace(person, lms_user_id="") for person in PEOPLE]
    assert float(found[2]["01-a Losses, plain"]) == 4.05


def test_plain_tables_hold_students_parts_and_checks(grades: Grades) -> None:
    made = {name: rows(text) for name, text in plain.write_plain_tables(grades).items()}
    students = [[tables.unguarded(cell) for cell in row] for row in made["students.csv"]]
    assert [row[:4] for row in students[1:]] == [[p.id, p.last_name, p.first_name, p.email] for p in PEOPLE]
    assert students[4][7:10] == ["", "", "missing"]
    assert len(made["parts.csv"]) == 1 + 2 * len(RESULTS) and len(made["checks.csv"]) == 1 + 2 * len(RESULTS)
    check = dict(zip(made["checks.csv"][0], made["checks.csv"][2], strict=True))
    assert tables.unguarded(check["title"]) == "=cmd|' /C calc'!A0" and check["message"] == "got nan,\nnot 1"


def test_no_cell_of_a_plain_table_is_a_formula(grades: Grades) -> None:
    for text in plain.write_plain_tables(grades).values():
        assert not any(cell[:1] in "=+-@\t\r" for row in rows(text) for cell in row if cell)


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1), min_size=1
    )
)
def test_any_text_comes_back_from_a_guarded_table(cells: list[list[str]]) -> None:
    text = tables.text_of([[tables.guarded(cell) for cell in row] for row in cells])
    assert [[tables.unguarded(cell) for cell in row] for row in rows(text)] == cells


@given(st.text("=+-@;,\t\n\r '\"＝a"))
def test_no_place_where_a_cell_may_begin_is_a_formula(text: str) -> None:
    made = str(tables.guarded(text))
    assert tables.unguarded(made) == text
    for cell in re.split("[;\t\n]", made):
        assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["007", "-ella", "=1+1", "+49 170", "ada@example.org", "o'brien@example.org", "@zoë"])
def test_an_id_that_is_not_a_formula_stays_exact(text: str) -> None:
    assert tables.exact(text) == text


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "@SUM(A1)", "-1+HYPERLINK(A1)", "=x\u200f", "a;=cmd|'/C calc'!A0"]
)
def test_an_id_that_is_a_formula_is_guarded(text: str) -> None:
    assert tables.exact(text) != text and "'" in tables.exact(text)


def test_negative_numbers_stay_numbers() -> None:
    assert tables.text_of([[tables.shown(-1.5), tables.shown("-1.5")]]) == '-1.5,"\'-1.5"\r\n'


def test_json_keeps_to_the_published_schema(grades: Grades) -> None:
    published = json.loads((ROOT / "docs" / "export.schema.json").read_bytes())
    assert published == json.loads(msgspec.json.encode(schema.schema())), "run python scripts/export-schema.py"
    text = schema.write_export_json(grades)
    jsonschema.validate(json.loads(text), published)
    back = msgspec.json.decode(text, type=schema.Export)
    assert back.students == PEOPLE
    assert {(r.student, r.assignment): r for r in back.results} == grades.results


def test_a_score_by_hand_counts_in_every_export_at_once(out: Path, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    copy = Path(shutil.copytree(out, tmp_path / "copy"))
    with Gradebook(url(copy), course_id="c") as book:
        grade = book.find_grade("essay", "first", "01-a", "ada")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        book.db.commit()
    for _ in range(2):  # what is added is not added twice
        result = load.load(copy, url(copy), COURSE, []).results["ada", "01-a"]
        assert (result.score, result.late_penalty) == (6.5, 0.65)
        assert [part.needs_manual_grade for part in result.parts] == [False, False]
        (copy / "results" / "ada" / "01-a.json").write_bytes(results.dump(result))


def test_files_of_the_command_are_utf_8_and_marked_for_spreadsheets(out: Path) -> None:
    made = _grades(Target.plain, COURSE, out, None, [], None, None, False)
    assert {path.name for path in made} == {"students.csv", "parts.csv", "checks.csv"}
    assert all(content.decode("utf-8").startswith("\ufeff") for content in made.values())


def test_an_export_of_nothing_gives_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="run `losslab grade` first"):
        load.load(tmp_path, url(tmp_path), COURSE, [])


# Rosters


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (
            'Student,ID,SIS User ID,SIS Login ID,Section\n"O\'Neil, Zoë",17,u1,007,A\n',
            Person("007", "Zoë", "O'Neil", "", "17"),
        ),
        (
            "First name,Last name,ID number,Email address\nZoë,Ö,0042,z@x.org\n",
            Person("0042", "Zoë", "Ö", "z@x.org", "0042"),
        ),
        ("Vorname;Nachname;Anmeldename;E-Mail-Adresse\nZoë;Ö;zoe;z@x.org\n", Person("zoe", "Zoë", "Ö", "z@x.org")),
        ('student,last_name,first_name\n007,"Müller, Jo",\'=1+1\n', Person("007", "=1+1", "Müller, Jo")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_class_lists_of_other_systems_are_read(text: str, person: Person, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding=encoding)
    assert roster.read(path) == [person]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name,points\nada,3\n", "has no column with ids"),
        ("student\nada\nada\n", "student ada is listed twice"),
        ("student,email\n,a@b\n", "row 2 has no id"),
        ('student\n"ada\n', "is not whole CSV"),
    ],
)
def test_a_wrong_class_list_gives_one_line(text: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(OutputError, match=line):
        roster.read(path)


def test_a_table_for_canvas_is_read_back_as_a_class_list(grades: Grades, tmp_path: Path) -> None:
    path = tmp_path / "canvas.csv"
    path.write_text(canvas.write_canvas_csv(grades)[0])
    read = {person.id: person for person in roster.read(path)}
    assert set(read) == {person.id for person in PEOPLE}
    assert (read["=1+1"].last_name, read["=1+1"].first_name) == ("+49", "@SUM(A1)")


def test_no_name_leaves_the_folder_where_feedback_is_unpacked(tmp_path: Path) -> None:
    students = ["..\\..\\evil", "C:evil", "C_evil", "a\x1b[2Jb", "ada"]
    for student in students:
        (tmp_path / "feedback" / student).mkdir(parents=True)
        (tmp_path / "feedback" / student / "01-mse.html").write_text("<p>")
    course = courses.load(ROOT / "course.yml")
    with zipfile.ZipFile(io.BytesIO(feedback.write_feedback_zip(tmp_path, ROOT, course, []))) as archive:
        names = archive.namelist()
    assert len(set(names)) == len(students) and "ada/01-mse.html" in names and "C_evil/01-mse.html" in names
    assert not [name for name in names if re.search(r"[\\:\x1b]", name)]


def test_a_class_list_adds_names_and_removes_nobody(out: Path) -> None:
    roster.enter(url(out), COURSE, [Person("ada", email="ada@new.example.org")])
    people = {person.id: person for person in load.roster(url(out), COURSE)}
    assert people["ada"] == Person("ada", "Ada", "Lovelace", "ada@new.example.org", "17")
    assert set(people) == {person.id for person in PEOPLE}
    roster.enter(url(out), COURSE, PEOPLE)


# Gradescope


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean folder laid out as Gradescope's /autograder."""
    here = tmp_path_factory.mktemp("autograder")
    course = courses.load(ROOT / "course.yml")
    data = gradescope.write_gradescope_zip(ROOT, course.assignment("01-mse"))
    assert data == gradescope.write_gradescope_zip(ROOT, course.assignment("01-mse"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"setup.sh", "run_autograder"} <= set(archive.namelist())
        assert all((archive.getinfo(name).external_attr >> 16) & 0o111 for name in ("setup.sh", "run_autograder"))
        archive.extractall(here / "source")
    (here / "run_autograder").write_bytes((here / "source" / "run_autograder").read_bytes())
    return here


def graded_there(here: Path, tmp_path: Path, submission: dict[str, bytes]) -> dict[str, Any]:
    empty(here)
    for name, content in submission.items():
        (here / "submission" / name).write_bytes(content)
    return run_there(here, tmp_path)


def empty(here: Path) -> Path:
    """A new, empty submission."""
    shutil.rmtree(here / "submission", ignore_errors=True)
    (here / "submission").mkdir()
    return here / "submission"


def run_there(here: Path, tmp_path: Path) -> dict[str, Any]:
    """What Gradescope would be told of the submission that lies there."""
    environment = {"PATH": "/usr/bin:/bin", "AUTOGRADER_ROOT": str(here), "PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", here / "run_autograder"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    text = (here / "results" / "results.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    made: dict[str, Any] = json.loads(text)
    return made


def check_gradescope_form(made: dict[str, Any]) -> None:
    """What Gradescope documents of results.json."""
    assert made["score"] >= 0 and made["execution_time"] > 0
    assert made["visibility"] in ("visible", "hidden", "after_due_date", "after_published")
    assert made["stdout_visibility"] == "hidden"
    for test in made["tests"]:
        assert 0 <= test["score"] <= test["max_score"] and test["status"] in ("passed", "failed")
        assert test["output_format"] == "text" and test["visibility"] in ("visible", "after_published", "hidden")
        assert all(isinstance(test[key], str) for key in ("name", "number", "output"))
    assert abs(sum(test["score"] for test in made["tests"]) - made["score"]) < 1e-9
    for row in made["leaderboard"]:
        assert isinstance(row["name"], str) and row["order"] in ("asc", "desc")


def test_gradescope_grades_a_submission_as_we_do(autograder: Path, tmp_path: Path) -> None:
    submission = ROOT / "tests" / "sample_class" / "submitted" / "student-05" / "01-mse"
    made = graded_there(autograder, tmp_path, {path.name: path.read_bytes() for path in submission.iterdir()})
    check_gradescope_form(made)
    expected = json.loads((ROOT / "tests" / "sample_class" / "expected.json").read_bytes())["student-05/01-mse"]
    assert made["score"] == expected["score"]
    failed = [status for status in expected["lost"].values() if status != "carried"]
    assert sum(test["status"] == "failed" for test in made["tests"]) == len(failed)
    assert made["extra_data"]["sandbox"] and made["extra_data"]["provenance"]["graders"]


@pytest.mark.parametrize("what", ["folder", "pipe", "link"])
def test_gradescope_rejects_or_passes_over_what_is_not_a_file(tmp_path: Path, what: str) -> None:
    kinds: dict[str, Callable[[Path], None]] = {
        "folder": Path.mkdir,
        "pipe": os.mkfifo,
        "link": lambda path: path.symlink_to("/dev/zero"),
    }
    make = kinds[what]
    course = courses.load(ROOT / "course.yml")
    make(tmp_path / "timestamp.txt")
    solved = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
    (tmp_path / "mse.py").write_text(solved)
    result = gradescope_run.grade(course, ROOT, course.assignment("01-mse"), tmp_path)
    assert result.score == result.max_score and result.late_penalty == 0 and result.notes == []
    (tmp_path / "mse.py").unlink()
    make(tmp_path / "mse.py")
    result = gradescope_run.grade(course, ROOT, course.assignment("01-mse"), tmp_path)
    assert (result.status, result.score) == ("rejected", 0.0)


def test_gradescopes_setup_installs_what_the_zip_names(autograder: Path, tmp_path: Path) -> None:
    """setup.sh as Gradescope runs it, with an apt-get and a python3 that only note what they are asked for."""
    tools, asked = tmp_path / "tools", tmp_path / "asked"
    tools.mkdir()
    note = f'#!/bin/bash\necho "$(basename "$0") $*" >> {asked}\n'
    (tools / "apt-get").write_text(note)
    pip = f'mkdir -p "$3/bin"; cp {tools}/apt-get "$3/bin/pip"'
    (tools / "python3").write_text(f'{note}if [ "$1 $2" = "-m venv" ]; then {pip}; fi\n')
    for path in tools.iterdir():
        path.chmod(0o755)
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "AUTOGRADER_ROOT": str(autograder)}
    subprocess.run(["bash", autograder / "source" / "setup.sh"], cwd=tmp_path, env=environment, check=True)
    apt, *_, pip = [line for line in asked.read_text().splitlines() if line.startswith(("apt-get install", "pip"))]
    assert "bubblewrap" in apt
    named = [Path(word) for word in pip.split() if word.startswith("/")]
    assert [path.name for path in named] == ["constraints.txt", "requirements.txt"]
    pins = {line.partition("==")[0].lower() for line in named[0].read_text().splitlines()}
    needed = [Requirement(line).name.lower() for line in named[1].read_text().splitlines()]
    assert "pytest" in needed and set(needed) <= pins


def test_gradescope_shows_why_a_file_was_rejected(autograder: Path, tmp_path: Path) -> None:
    made = graded_there(autograder, tmp_path, {"homework.txt": b"hello"})
    check_gradescope_form(made)
    assert made["score"] == 0 and "mse.py: is missing" in made["output"]


def special(kind: str, path: Path) -> None:
    """Something that is not a file, under a file's name."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        where = os.getcwd()
        os.chdir(path.parent)  # a socket's path has to be short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
        os.chdir(where)
    elif kind == "device":
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero never ends
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()


def taken_in(submission: Path) -> Submission:
    """What Gradescope's run reads of a folder."""
    course = courses.load(ROOT / "course.yml")
    (read,) = reading.read(gradescope_run.asked(course, ROOT, course.assignment("01-mse"), submission))
    return read


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "link", "folder"])
@pytest.mark.parametrize("name", ["mse.py", "data.csv", "timestamp.txt", "below/data.csv", ".hidden"])
def test_what_is_not_a_file_does_not_hang_gradescopes_run(
    autograder: Path, tmp_path: Path, kind: str, name: str
) -> None:
    submission = empty(autograder)
    (submission / "below").mkdir()
    if name != "mse.py":
        shutil.copy(ROOT / "tests" / "sample_class" / "submitted" / "student-05" / "01-mse" / "mse.py", submission)
    try:
        special(kind, submission / name)
    except PermissionError:
        pytest.skip("only root makes devices")
    read = taken_in(submission)
    if name in ("timestamp.txt", ".hidden") or (kind == "folder" and name != "mse.py"):
        assert read.problem is None and read.timestamp is None
    else:
        assert read.problem is not None and Path(name).name in read.problem


def test_the_student_is_told_of_a_pipe_on_gradescope(autograder: Path, tmp_path: Path) -> None:
    special("pipe", empty(autograder) / "mse.py")
    made = run_there(autograder, tmp_path)
    check_gradescope_form(made)
    assert made["score"] == 0 and "not a plain file" in made["output"]


def test_a_submission_that_never_ends_is_read_up_to_the_limit(tmp_path: Path) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    with (submission / "mse.py").open("wb") as file:
        file.truncate(1 << 40)  # a hole of a terabyte
    read = taken_in(submission)
    assert read.problem is not None and "mse.py: is larger than 20 MiB" in read.problem


def test_an_error_of_the_grader_still_gives_gradescope_a_result(
    autograder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(autograder / "submission", ignore_errors=True)  # nothing is there at all

    def broken(*_: object) -> None:
        raise ValueError("\x1b[2J")

    monkeypatch.setattr(gradescope_run, "grade", broken)
    gradescope_run.main(autograder, "01-mse")
    made = json.loads((autograder / "results" / "results.json").read_bytes())
    assert made["score"] == 0 and "could not run" in made["output"]


def test_a_measure_is_on_gradescopes_leaderboard() -> None:
    made = gradescope_run.report(COURSE.assignments[1], a_result("ada", "02-b", measures={"rmse": 0.25}), 1.0)
    assert made.leaderboard == [{"name": "RMSE", "value": 0.25, "order": "asc"}]


def test_gradescopes_zip_holds_one_assignments_graders_only() -> None:
    course = courses.load(ROOT / "course.yml")
    with zipfile.ZipFile(io.BytesIO(gradescope.write_gradescope_zip(ROOT, course.assignment("01-mse")))) as archive:
        names = archive.namelist()
    assert "autograder/graders/01-mse/test_mse_hidden.py" in names and "autograder/graders/secret.txt" in names
    assert not [name for name in names if "02-cross-entropy" in name or "extensions" in name or "tests/" in name]
