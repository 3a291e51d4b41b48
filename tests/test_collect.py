"""Whose file is whose in an LMS's download: what students name never makes it somebody else's, nor ends the collection."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import nbgrader_course as kit
import pytest

from autograder.nbgrader_plugins import collect, unpack

MOODLE = "Ada Lovelace_11_assignsubmission_file_"
DOWNLOAD = "ML 27-01 MSE-4711"


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def owners(*paths: str) -> set[str]:
    return {student for student, _ in collect.plan(paths).taken.values()}


# Names of a student's own choice, in all forms that platforms have.
FORGED = (
    "x_42_1_mse.py",
    "x_LATE_42_1_mse.ipynb",
    "x_42_assignsubmission_file_/mse.py",
    "x_42_assignsubmission_file_mse.py",
    "submissions/x_42_1_mse.py",
    "extracted/x_42_1_mse.py",
    "extracted/42/mse.py",
    f"{DOWNLOAD}/x_42_assignsubmission_file_/mse.py",
    "42/mse.py",
)


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize(
    ("top", "student"),
    [
        ("eve", "eve"),
        ("anna_b", "anna_b"),
        ("submissions/eve", "eve"),
        ("Eve_7_assignsubmission_file_", "7"),
        ("submissions/Eve_7_assignsubmission_file_", "7"),
        (f"{DOWNLOAD}/Eve_7_assignsubmission_file_", "7"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_what_lies_in_a_students_folder_is_that_students(top: str, student: str, name: str, alone: bool) -> None:
    path = f"{top}/{name}"
    other = top.replace("Eve", "Ada").replace("_7_", "_8_").replace("eve", "ada").replace("anna", "ada") + "/mse.py"
    taken = collect.plan([path] if alone else [path, other]).taken
    assert taken[path][0] == student
    assert alone or taken[other][0] != student


@pytest.mark.parametrize(
    ("path", "student", "file"),
    [
        ("loveladeada_11_99_mse.ipynb", "11", "mse.ipynb"),
        ("loveladeada_11_99_x_42_1_mse.py", "11", "x_42_1_mse.py"),
        ("loveladeada_LATE_11_99_work.zip", "11", "work.zip"),
        ("submissions (1)/loveladeada_11_99_mse-3.py", "11", "mse.py"),
        ("Ada Lovelace_11_assignsubmission_file_x_42_assignsubmission_file_mse.py", "11", "x_42_assignsubmission_file_mse.py"),
        (f"{DOWNLOAD}/{MOODLE}/mse.PY", "11", "mse.PY"),
        (f"{DOWNLOAD} (1)/Ada Lovelace_11_assignsubmission_file_mse.py", "11", "mse.py"),
        ("submissions/ada/mse.py", "ada", "mse.py"),
    ],
)  # fmt: skip
def test_names_that_platforms_give_are_read_at_the_top(path: str, student: str, file: str) -> None:
    assert collect.parsed(path) == {"student_id": student, "file_id": file}


def test_downloads_side_by_side_are_read_each_by_its_own_names() -> None:
    paths = [f"{name}/{MOODLE.replace('11', str(number))}/mse.py" for number, name in enumerate((DOWNLOAD, "a-b-2"))]
    assert owners(*paths) == {"0", "1"}


def test_a_folder_by_student_that_is_called_like_moodles_download_stays_the_students() -> None:
    assert owners("a-eve-2/x_42_assignsubmission_file_/mse.py", "a-ada-1/mse.py") == {"a-eve-2", "a-ada-1"}


def test_a_lone_folder_that_may_be_a_download_or_a_student_is_not_guessed_at() -> None:
    made = collect.plan(["eve/x_42_1_mse.py", "eve/y_43_1_mse.py"])
    assert made.taken == {} and len(made.notes) == 1 and made.notes[0].startswith("eve: may be a student's folder")


def test_moodles_download_with_a_late_folder_besides_it_is_not_taken_for_one_student() -> None:
    whole = [f"{DOWNLOAD}/Ada_{number}_assignsubmission_file_/mse.py" for number in range(3)]
    made = collect.plan([*whole, "zoe/mse.py"])
    assert set(made.taken) == {"zoe/mse.py"} and made.notes[0].startswith(f"{DOWNLOAD}: may be")
    assert owners(*(f"submissions/{path.partition('/')[2]}" for path in whole), "zoe/mse.py") == {"0", "1", "2", "zoe"}


def test_canvass_names_in_folders_by_student_are_the_students() -> None:
    assert owners("anna_b/hw_12_3_mse.ipynb", "anna_b/hw_13_3_x.csv", "bob/hw_12_4_mse.py") == {"anna_b", "bob"}


@pytest.mark.parametrize(
    ("paths", "first"),
    [
        (["mse.ipynb", "mse (1).ipynb"], "mse.ipynb"),
        (["mse-2.ipynb", "mse-10.ipynb", "mse-9.ipynb"], "mse-10.ipynb"),
        (["old/mse.py", "mse.py", "zz/mse.py"], "mse.py"),
        (["mse (1).py", "a/mse.py"], "mse (1).py"),
        (["MSE.py", "mse.py"], "MSE.py"),
        (["mse.py/mse.py", "mse.py (1)/mse.py", "2/mse.py"], "2/mse.py"),
    ],
)
def test_files_of_one_name_all_stay_and_one_line_says_which_counts(paths: list[str], first: str) -> None:
    made = collect.plan([f"ada/{path}" for path in paths] + ["bob/mse.py"])
    ids = [file for student, file in made.taken.values() if student == "ada"]
    assert len(ids) == len({name.casefold() for name in ids}) == len(paths)
    # No file has the name of another's folder.
    assert not {parent for name in ids for parent in map(str, Path(name).parents)} & set(ids)
    assert "/" not in made.taken[f"ada/{first}"][1]
    (line,) = made.notes
    assert line.startswith(f"ada: ada/{first} counts") and line.isprintable()


def test_files_of_one_name_by_two_students_keep_it() -> None:
    made = collect.plan(["ada/mse.py", "bob/mse.py"])
    assert made == ({"ada/mse.py": ("ada", "mse.py"), "bob/mse.py": ("bob", "mse.py")}, [])


def test_what_matches_nothing_is_listed_a_line_a_place() -> None:
    made = collect.plan(
        ["mse.py", "ada/a\x1b[2J.png", "ada/b\nb.txt", "ada/mse.py", *(f"eve/{n}.txt" for n in range(900))]
    )
    assert set(made.taken) == {"ada/mse.py"} and len(made.notes) == 3
    assert made.notes[0].startswith("mse.py: the student is not known") and "b b.txt" in made.notes[1]
    assert made.notes[2].endswith("and 895 more") and all(note.isprintable() for note in made.notes)


def test_a_thousand_files_are_rejected_by_intake_and_not_carried_there() -> None:
    made = collect.plan([f"eve/{number}.py" for number in range(1000)])
    assert len(made.taken) == 201 and "more than 200 are rejected" in made.notes[0]


def laid_down(tmp_path: Path, files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    for name, data in files.items():
        path = tmp_path / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "extracted").mkdir()
    notes = list(unpack.unpacked(tmp_path / "archive", tmp_path / "extracted"))
    found = (path for path in (tmp_path / "extracted").rglob("*") if path.is_file())
    return {path.relative_to(tmp_path / "extracted").as_posix(): path.read_bytes() for path in found}, notes


def test_a_download_is_unpacked_once_and_students_zips_stay(tmp_path: Path) -> None:
    inner = packed({"mse.py": b"1"})
    files, notes = laid_down(
        tmp_path,
        {
            "submissions.zip": packed({"eve_7_1_work.zip": inner, "ada_8_1_mse.py": b"2"}),
            "bob_9_1_work.zip": inner,
            "cy/work.zip": inner,
        },
    )
    assert notes == [] and files == {
        "submissions/eve_7_1_work.zip": inner,
        "submissions/ada_8_1_mse.py": b"2",
        "bob_9_1_work.zip": inner,
        "cy/work.zip": inner,
    }


@pytest.mark.parametrize(
    "name",
    ["../ada/mse.py", "/tmp/mse.py", "..\\mse.py", "C:mse.py", "mse.py/x.py", "a/" * 100 + "x.py", "a" * 300 + ".py"],
)
def test_an_entry_that_leads_elsewhere_costs_itself(tmp_path: Path, name: str) -> None:
    files, notes = laid_down(
        tmp_path, {"eve.zip": packed({"mse.py": b"1", name: b"2"}), "ada.zip": packed({"mse.py": b"3"})}
    )
    assert files == {"eve/mse.py": b"1", "ada/mse.py": b"3"}
    assert len(notes) == 1 and notes[0].startswith("eve.zip: left out")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_overwrites_nothing(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for data in (b"1", b"2", b"3"):
            archive.writestr("mse.py", data)
    files, _ = laid_down(tmp_path, {"eve.zip": buffer.getvalue(), "eve/mse.py": b"0"})
    assert sorted(files.values()) == [b"0", b"1", b"2", b"3"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_namesakes_at_the_top_of_a_download_stay_their_owners(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for data in (b"1", b"2"):
            archive.writestr("eve_7_1_mse.py", data)
    files, _ = laid_down(tmp_path, {"submissions.zip": buffer.getvalue()})
    assert len(files) == 2 and owners(*files) == {"7"}


@pytest.mark.parametrize("name", ["...zip", "..zip", ".zip", ".ada.zip"])
def test_a_zip_whose_name_leads_up_is_not_unpacked(tmp_path: Path, name: str) -> None:
    data = packed({"x_42_1_mse.py": b"1"})
    files, _ = laid_down(tmp_path, {name: data})
    assert files == {name: data} and owners(*files) == set()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "extracted"]


def test_a_lone_zip_that_is_named_as_a_hand_in_is_said_to_be_one(tmp_path: Path) -> None:
    files, notes = laid_down(tmp_path, {"CS_101_27_MSE-4711.zip": packed({f"{MOODLE}/mse.py": b"1"})})
    assert owners(*files) == {"101"} and "counts as one student's" in notes[0]


def test_a_broken_zip_goes_to_intake_and_ends_nothing(tmp_path: Path) -> None:
    files, notes = laid_down(
        tmp_path, {"eve.zip": b"PK nonsense", "zoe.zip": packed({"mse.py": b"1"}), "x.csv.gz": b"no"}
    )
    assert files == {"eve/eve.zip": b"PK nonsense", "zoe/mse.py": b"1", "x.csv.gz": b"no"}
    assert notes == ["eve.zip: is not a whole zip, so it is not unpacked; download it again, or unpack it yourself"]


def test_a_zip_that_would_fill_the_disk_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 10)
    files, notes = laid_down(tmp_path, {"eve.zip": packed({"mse.py": b"x" * 11})})
    assert set(files) == {"eve/eve.zip"} and len(notes) == 1


def test_links_and_pipes_are_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"secret")
    eve = tmp_path / "archive" / "eve"
    eve.mkdir(parents=True)
    (eve / "mse.py").symlink_to(tmp_path / "secret.py")
    (eve / "gone.py").symlink_to("nowhere")
    (eve / "sub").symlink_to(tmp_path)
    os.mkfifo(eve / "pipe.py")
    files, notes = laid_down(tmp_path, {"ada/mse.py": b"1"})
    assert files == {"ada/mse.py": b"1"}
    assert all(name in notes[0] for name in ("eve/mse.py", "eve/gone.py", "eve/sub", "eve/pipe.py"))


def test_no_hand_in_ends_the_collection_or_is_taken_for_anothers(tmp_path: Path) -> None:
    folder = kit.make(tmp_path)
    archive = folder / "downloaded" / "01-mse" / "archive"
    archive.mkdir(parents=True)
    eve, ada = "Eve_7_assignsubmission_file_", "Ada_42_assignsubmission_file_"
    files = {
        f"{eve}/{name}": b"eve = 1\n"
        for name in (*FORGED, "mse.py", "mse (1).py", "mse.py.d/mse.py", "2/mse.py", "clash")
    }
    files |= {f"{eve}/clash.zip": b"PK", f"{eve}/data.csv.gz": b"no", f"{eve}/../{ada}/mse.py": b"eve = 1\n"}
    (archive / f"{DOWNLOAD}.zip").write_bytes(packed(files | {f"{ada}/mse.py": b"ada = 1\n"}))
    said = kit.run(folder, "nbgrader", "zip_collect", "01-mse")
    submitted = {
        path.relative_to(folder / "submitted").as_posix(): path.read_bytes()
        for path in (folder / "submitted").rglob("*")
        if path.is_file()
    }
    assert {name: data for name, data in submitted.items() if not name.startswith("7/")} == {
        "42/01-mse/mse.py": b"ada = 1\n"
    }
    assert submitted["7/01-mse/mse.py"] == b"eve = 1\n" and b"ada = 1\n" not in [
        data for name, data in submitted.items() if name.startswith("7/")
    ]
    assert "7: " in said.stderr and "mse.py counts" in said.stderr and "data.csv.gz" in said.stderr
