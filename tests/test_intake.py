"""Intake: what students hand in becomes one Submission each; bad input gives one line, never an exception."""

from __future__ import annotations

import ast
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.base.errors import OutputError
from autograder.course import Course
from autograder.intake import contents, folder, left, magics, names
from autograder.intake.submission import Submission

HandIn = Callable[[dict[str, bytes]], Submission]


@pytest.fixture
def hand_in(tmp_path: Path, course: Course) -> HandIn:
    def run(files: dict[str, bytes]) -> Submission:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        return folder.read("ada", course.assignments[0], tmp_path)

    return run


def notebook(*cells: str) -> bytes:
    body: list[dict[str, object]] = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for i, cell in enumerate(cells)
    ]
    return json.dumps({"cells": body, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def archive(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, data)
    return buffer.getvalue()


def test_a_script_is_taken_as_it_is(hand_in: HandIn) -> None:
    assert hand_in({"mse.py": b"x = 1\r\n"}).source == "x = 1\n"


def test_magics_do_no_harm_and_timed_cells_stay(hand_in: HandIn) -> None:
    cells = ["%matplotlib inline\nx = 1", "%%time\ny = 2", "%%bash\nrm -rf /", "z = (7\n     % 4)"]
    namespace: dict[str, object] = {"get_ipython": lambda: type("S", (), {"run_line_magic": lambda *a: None})()}
    exec(hand_in({"mse.ipynb": notebook(*cells)}).source, namespace)
    assert (namespace["x"], namespace["y"], namespace["z"]) == (1, 2, 3)


def test_a_cell_that_does_not_parse_costs_only_itself(hand_in: HandIn) -> None:
    submission = hand_in({"mse.ipynb": notebook("x = 1", "def f(:\n  pass", "y = 2")})
    assert submission.problem is None
    assert "x = 1" in submission.source and "y = 2" in submission.source
    assert submission.notes == ["mse.ipynb line 2: invalid syntax; cell 2 was left out"]


def test_a_script_in_cells_loses_only_the_broken_one(hand_in: HandIn) -> None:
    submission = hand_in({"mse.py": b"# %%\nx = 1\n# %%\nx = = 2\n# %%\ny = 2\n"})
    assert "y = 2" in submission.source and "= =" not in submission.source and len(submission.notes) == 1


def test_a_zip_is_read_without_unpacking(hand_in: HandIn, tmp_path: Path) -> None:
    assert hand_in({"work.zip": archive("work/mse.py", b"x = 1\n")}).source == "x = 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["work.zip"]


def test_a_timestamp_without_a_zone_is_utc(hand_in: HandIn) -> None:
    submission = hand_in({"mse.py": b"x = 1\n", "timestamp.txt": b"2027-02-01 10:00:00 UTC"})
    assert submission.timestamp is not None and submission.timestamp.isoformat() == "2027-02-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({}, "mse.py: is missing and the folder is empty; hand in mse.py or mse.ipynb"),
        ({"mse.py": b"def f(:\n"}, "mse.py line 1: invalid syntax; run it once before you hand it in"),
        ({"mse.py": b"\xff\xfe"}, "mse.py: is not UTF-8 (byte 0); save it as UTF-8 and hand it in again"),
        (
            {"mse.ipynb": notebook("x = 1")[:40]},
            "mse.ipynb: is not a whole notebook (NotJSONError); save it again from Jupyter",
        ),
        (
            {"a.zip": archive("../mse.py", b"")},
            "a.zip: '../mse.py' leads out of the archive; pack it again from its own folder",
        ),
        ({"a.zip": b"PK nonsense"}, "a.zip: is not a whole zip archive (BadZipFile); pack it again"),
    ],
)
def test_bad_input_gives_one_line(hand_in: HandIn, files: dict[str, bytes], line: str) -> None:
    assert hand_in(files).problem == line


@pytest.mark.parametrize("name", ["notes 12:30.txt", "sub/a: b.txt", "12:30.txt", "mse.py:Zone.Identifier"])
def test_a_colon_in_a_name_is_harmless(hand_in: HandIn, name: str) -> None:
    buffer = io.BytesIO(archive("mse.py", RIGHT))
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(name, "x")
    submission = hand_in({"work.zip": buffer.getvalue()})
    assert submission.problem is None and submission.notes == [] and submission.source == RIGHT.decode()


@pytest.mark.parametrize(
    "name", ["C:\\mse.py", "C:/mse.py", "c:mse.py", "./C:/mse.py", "\\\\host\\share\\mse.py", "\\mse.py", "..\\mse.py"]
)
def test_a_name_that_leads_to_a_drive_is_refused(hand_in: HandIn, name: str) -> None:
    assert "leads out of the archive" in (hand_in({"a.zip": archive(name, RIGHT)}).problem or "")


BROKEN = b"PK nonsense"
BROKEN_NOTE = "pics.zip: is not a whole zip archive (BadZipFile); it was left aside"


@pytest.mark.parametrize("name", ["mse.py", "mse (1).py"])
def test_a_broken_zip_next_to_good_work_is_a_note(hand_in: HandIn, name: str) -> None:
    submission = hand_in({name: RIGHT, "pics.zip": BROKEN})
    assert submission.problem is None and submission.source == RIGHT.decode()
    assert submission.notes[-1] == BROKEN_NOTE


def test_a_broken_zip_in_a_good_one_is_a_note(hand_in: HandIn) -> None:
    buffer = io.BytesIO(archive("pics.zip", BROKEN))
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr("mse.py", RIGHT)
    submission = hand_in({"work.zip": buffer.getvalue()})
    assert submission.problem is None and submission.notes == [BROKEN_NOTE]


@pytest.mark.parametrize(
    "files", [{}, {"mse.py": b"# stub\n"}, {"utils.py": b"x = 1\n"}], ids=["alone", "stub", "other"]
)
def test_a_broken_zip_that_may_hold_the_work_is_rejected(folders: HandIn, files: dict[str, bytes]) -> None:
    assert (
        folders(files | {"work.zip": BROKEN}).problem
        == "work.zip: is not a whole zip archive (BadZipFile); pack it again"
    )


@pytest.mark.parametrize("name", ["a.zip", "z.zip"])
def test_a_file_and_a_zip_that_holds_one_of_its_name_lose_neither(hand_in: HandIn, name: str) -> None:
    submission = hand_in({"mse.py": RIGHT, name: archive("mse.py", WRONG)})
    assert submission.source == RIGHT.decode()
    assert any(f"{name[0]}/mse.py" in note for note in submission.notes), submission.notes


def test_two_zips_with_files_of_one_name_lose_neither(hand_in: HandIn) -> None:
    submission = hand_in({"a.zip": archive("mse.py", RIGHT), "b.zip": archive("mse.py", WRONG)})
    assert submission.source == RIGHT.decode()
    assert any("b/mse.py" in note for note in submission.notes), submission.notes


def test_a_zip_that_leads_elsewhere_is_rejected_even_next_to_good_work(hand_in: HandIn) -> None:
    assert "leads out of the archive" in (
        hand_in({"mse.py": RIGHT, "a.zip": archive("../mse.py", WRONG)}).problem or ""
    )


def test_a_rejected_archive_has_the_digest_of_what_was_handed_in(hand_in: HandIn) -> None:
    submission = hand_in({"a.zip": BROKEN})
    assert submission.problem is not None and submission.sha256 == contents.digest({"a.zip": BROKEN})


def test_a_broken_zip_counts_in_the_digest_of_what_is_graded(hand_in: HandIn) -> None:
    assert hand_in({"mse.py": RIGHT, "a.zip": BROKEN}).sha256 == contents.digest({"mse.py": RIGHT, "a.zip": BROKEN})


def test_a_symbolic_link_is_refused(hand_in: HandIn, tmp_path: Path) -> None:
    (tmp_path / "mse.py").symlink_to("/etc/passwd")
    assert "symbolic link" in (hand_in({}).problem or "")


# Cells that IPython's own transformer takes the square of, or worse.
HOSTILE_CELLS = {
    "shell calls": "%time 1\n" + "a=!b\n" * 40_000,
    "a long word": "a" * 200_000 + " ?",
    "help": "a?\n" * 80_000,
    "spaces": " " * 200_000 + "= !",
    "quotes": "'" * 200_000 + "%",
    "strings that do not end": "\"'''\n" * 40_000 + "%",
    "escapes": "'" + "\\'" * 100_000 + "%",
    "brackets": "(" * 200_000 + "\n%",
    "backslashes": "!ls \\\n" * 40_000,
    "timed": "%%time\n" * 30_000,
    "targets": "a, b[1] = " * 20_000 + "%x",
}


@pytest.mark.parametrize("name", HOSTILE_CELLS)
def test_a_hostile_cell_is_converted_in_one_pass(name: str) -> None:
    started = time.process_time()
    magics.without_magics(HOSTILE_CELLS[name])
    assert time.process_time() - started < 1.5


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        ("%matplotlib inline", "get_ipython().run_line_magic('matplotlib', 'inline')"),
        ("if x:\n    !pip install y", "if x:\n    get_ipython().system('pip install y')"),
        ("files = !ls *.csv", "files = get_ipython().getoutput('ls *.csv')"),
        ("t = %timeit -o f()", "t = get_ipython().run_line_magic('timeit', '-o f()')"),
        ("f?", "get_ipython().run_line_magic('pinfo', 'f')"),
        ("?f", "get_ipython().run_line_magic('pinfo', 'f')"),
        ("!a \\\n  b\nx = 1", "get_ipython().system('a \\\\')\n\nx = 1"),
        ("%%time\nx = 1", "x = 1"),
        ("%%capture out\n%%time\nx = 1", "x = 1"),
        ("%%bash\nls", ""),
        ("\n    x = 1\n    if x:\n        !ls", "\nx = 1\nif x:\n    get_ipython().system('ls')"),
    ],
)
def test_a_magic_becomes_a_call_on_its_line(cell: str, made: str) -> None:
    assert magics.without_magics(cell)[0] == made
    ast.parse(made)


@pytest.mark.parametrize(
    "cell",
    [
        "z = (7\n     % 4)",
        "x = 7 \\\n  % 4",
        "text = '''\n%time\n!ls\n'''",
        'text = """a\n? b\n"""',
        "# what?\nx = 1  # !ls (\n",
        "x = {\n'a':\n'%s' % 1}",
        "x = 'it is (' # '''\ny = 7 % 4",
        "x != y",
        "print('really?')",
        "f = lambda: '?'",
        "x %= 3",
        "x = y == '!'",
        "    x = 1\ny = 2",
    ],
)
def test_a_line_that_only_looks_like_a_magic_stays(cell: str) -> None:
    assert magics.without_magics(cell) == (cell, 0)


RIGHT, WRONG = b"def mse_loss(pred, target): return 1\n", b"def mse_loss(pred, target): return 2\n"


@pytest.fixture
def folders(tmp_path: Path, course: Course) -> HandIn:
    """Hand in files by path, for an assignment with a released stub."""
    released = tmp_path / "released"
    released.mkdir()
    (released / "mse.py").write_bytes(b"# stub\n")
    (released / "mse.ipynb").write_bytes(notebook("# stub"))

    def run(files: dict[str, bytes]) -> Submission:
        place = tmp_path / "submitted" / "ada" / "01-mse"
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        return folder.read("ada", course.assignments[0], place, released)

    return run


@pytest.mark.parametrize(
    ("files", "notes"),
    [
        ({"mse.py": RIGHT, "old/mse.py": WRONG}, ["mse.py and old/mse.py were both changed; mse.py was graded"]),
        ({"mse.py": RIGHT, "zz/mse.py": WRONG}, ["mse.py and zz/mse.py were both changed; mse.py was graded"]),
        ({"mse.py": RIGHT, "old/mse.py": RIGHT}, []),
        ({"mse.py": RIGHT, "old/mse.py": b"# stub\n"}, []),
        ({"a/mse.py": RIGHT, "a/b/mse.py": WRONG}, ["a/mse.py and a/b/mse.py were both changed; a/mse.py was graded"]),
        ({"sub/mse.py": RIGHT}, []),
        ({"mse.py": b"# stub\n", "new/mse.py": RIGHT}, ["new/mse.py was graded: mse.py is as it was handed out"]),
        ({"mse.py": b"# stub\n", "mse_final.py": RIGHT}, ["mse_final.py was taken for mse.py: mse.py is as it was handed out"]),
        ({"mse.py": b"# stub\r\n", "mse_final.py": RIGHT}, ["mse_final.py was taken for mse.py: mse.py is as it was handed out"]),
        ({"mse.py": b"\xef\xbb\xbf# stub  \n\n", "mse.ipynb": notebook(RIGHT.decode())}, []),
        ({"mse.py": RIGHT, "mse.ipynb": notebook("# stub\n", "")}, []),
        ({"mse.py": RIGHT, "mse (1).py": WRONG}, ["mse.py was graded, and mse (1).py was not: it has another name"]),
        ({"mse.py": RIGHT, "utils.py": WRONG}, []),
        ({"mse.ipynb": notebook("# stub"), "mse.py": RIGHT}, []),
        ({"mse (1).py": RIGHT}, ["mse (1).py was taken for mse.py"]),
        ({"MSE.PY": RIGHT}, ["MSE.PY was taken for mse.py"]),
        ({"mse.ipynb": notebook(RIGHT.decode()), "old/mse.py": WRONG},
         ["mse.ipynb and old/mse.py were both changed; mse.ipynb was graded"]),
        ({"old/mse.py": WRONG, "work.zip": archive("mse.py", RIGHT)},
         ["mse.py and old/mse.py were both changed; mse.py was graded"]),
        ({"work.zip": archive("kit/assignments/01-mse/mse.py", RIGHT)}, []),
        ({"work.zip": archive("inner.zip", archive("01-mse/mse.py", RIGHT))}, []),
        ({"WORK.ZIP": archive("mse.py", RIGHT)}, []),
        ({"__MACOSX/mse.py": WRONG, "mse.py": RIGHT, ".ipynb_checkpoints/mse.py": WRONG}, []),
        ({"work.zip": archive("__MACOSX/mse.py", WRONG), "a/mse.py": RIGHT}, []),
        ({"a/mse.py": WRONG, "01-mse/mse.py": RIGHT}, ["01-mse/mse.py and a/mse.py were both changed; 01-mse/mse.py was graded"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_the_topmost_file_with_work_in_it_is_graded(folders: HandIn, files: dict[str, bytes], notes: list[str]) -> None:
    submission = folders(files)
    assert submission.problem is None and submission.source.strip() == RIGHT.decode().strip()
    assert submission.notes == notes


def test_a_helper_lies_next_to_the_file_that_needs_it(folders: HandIn) -> None:
    submission = folders({"mse.py": RIGHT, "helper.py": b"x = 1\n", "old/helper.py": b"x = 2\n"})
    assert submission.files == {"helper.py": b"x = 1\n"}
    assert submission.notes == ["helper.py was taken, and old/helper.py was not: they have the same name"]


def test_a_helper_that_is_too_large_is_left_out_with_a_note(folders: HandIn) -> None:
    submission = folders({"mse.py": RIGHT, "a.csv": bytes(1 << 20), "b.csv": b"1\n", "picture.png": bytes(1 << 20)})
    assert submission.files == {"b.csv": b"1\n"}
    assert submission.notes == ["a.csv was left out: it has 1 MiB or more"]


def test_helpers_are_bounded_and_the_nearest_come_first(folders: HandIn) -> None:
    most = 1000 << 10
    far = {f"far/{number}.csv": bytes([number]) * most for number in range(9)}
    submission = folders({"mse.py": RIGHT, **far, "z.csv": b"near", "far/small.csv": b"small"})
    assert list(submission.files) == ["z.csv", "0.csv", "1.csv", "2.csv", "3.csv", "small.csv"]
    assert sum(map(len, submission.files.values())) <= 4 << 20
    assert submission.notes == [
        f"far/{number}.csv was left out: files besides mse.py may have 4 MiB in all" for number in range(4, 9)
    ]


def test_notes_are_limited_to_what_a_person_reads(folders: HandIn) -> None:
    submission = folders({"mse.ipynb": notebook(RIGHT.decode(), *["x = = 1"] * 1000)})
    assert len(submission.notes) == 51 and submission.notes[-1] == "and 950 more of this kind"


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_a_timestamp_that_is_not_a_file_counts_as_on_time_and_is_noted(
    folders: HandIn, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "submitted" / "ada" / "01-mse"
    place.mkdir(parents=True)
    make: dict[str, Callable[[Path], None]] = {
        "folder": Path.mkdir,
        "pipe": os.mkfifo,
        "link": lambda path: path.symlink_to("/dev/zero"),
    }
    make[kind](place / "timestamp.txt")
    submission = folders({"mse.py": RIGHT})
    assert submission.problem is None and submission.timestamp is None
    assert submission.notes == ["timestamp.txt: is a symbolic link or not a plain file; it counts as handed in on time"]


def test_a_timestamp_in_a_subfolder_is_ignored(folders: HandIn) -> None:
    files = {"mse.py": RIGHT, "sub/timestamp.txt": b"2020-01-01", "a.zip": archive("timestamp.txt", b"2020-01-01")}
    assert folders(files).timestamp is None and folders(files).files == {}


def swapped(monkeypatch: pytest.MonkeyPatch, when: str, swap: Callable[[], None]) -> None:
    """Call `swap` after the file named `when` is checked and before it is opened."""
    real = os.open

    def late(name: Any, *args: Any, **kwargs: Any) -> int:
        if name == when and kwargs.get("dir_fd") is not None:
            swap()
        return real(name, *args, **kwargs)

    monkeypatch.setattr(os, "open", late)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_file_that_is_swapped_while_it_is_read_is_refused(
    folders: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "secret.py").write_bytes(WRONG)
    path = tmp_path / "submitted" / "ada" / "01-mse" / "mse.py"
    make: dict[str, Callable[[], None]] = {
        "link": lambda: path.symlink_to(tmp_path / "secret.py"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }

    def swap() -> None:
        path.unlink()
        make[kind]()

    path.parent.mkdir(parents=True)
    path.write_bytes(RIGHT)
    swapped(monkeypatch, "mse.py", swap)
    submission = folders({})
    assert submission.problem is not None and submission.source == ""


@pytest.mark.parametrize("level", ["ada", "01-mse", "sub"])
def test_a_folder_that_is_swapped_for_a_link_is_refused(
    folders: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    other = tmp_path / "other" / "01-mse" / "sub"
    other.mkdir(parents=True)
    for path in (other / "mse.py", other.parent / "mse.py"):
        path.write_bytes(WRONG)
    target = {"ada": other.parents[1], "01-mse": other.parent, "sub": other}[level]
    place = tmp_path / "submitted" / "ada" / "01-mse" / "sub"
    place.mkdir(parents=True)
    (place / "mse.py").write_bytes(RIGHT)
    path = next(path for path in (place, *place.parents) if path.name == level)

    def swap() -> None:
        if not path.is_symlink():
            path.rename(tmp_path / "away")
            path.symlink_to(target)

    swapped(monkeypatch, level, swap)
    submission = folders({})
    assert "symbolic link" in str(submission.problem) and submission.source == ""


def test_a_file_that_grows_while_it_is_read_is_refused(
    folders: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "submitted" / "ada" / "01-mse" / "mse.py"
    path.parent.mkdir(parents=True)
    path.write_bytes(RIGHT)
    swapped(monkeypatch, "mse.py", lambda: os.truncate(path, 200 << 20))
    assert "is larger than 20 MiB" in str(folders({}).problem)


ODD = [
    b"\xff",
    b"\xff\\udcfe",
    b"\\udcff\xfe",
    rb"\udcff",
    b"\xe9" * 60,
    b"\xff" * 255,
    b"\xff" * 254,
    "é".encode() * 127,
    b"n" * 255,
    b"n" * 254,
    b"[ab]",
    b"ada",
]


def test_ids_of_students_are_short_plain_and_different() -> None:
    names_of = [names.student_id(os.fsdecode(raw)) for raw in ODD]
    again = [names.student_id(name) for name in names_of if "~" in name]  # who calls oneself as another is called
    assert len({*names_of, *again}) == len(names_of) + len(again)
    assert all(len(name) <= 120 and len(name.encode()) <= 240 for name in names_of)
    assert names_of[-2:] == ["[ab]", "ada"] and names_of[0] == r"\udcff"


def test_a_student_is_found_by_the_name_that_results_have(tmp_path: Path, course: Course) -> None:
    for raw in ODD:
        os.makedirs(os.fsencode(tmp_path) + b"/" + raw + b"/01-mse")
    found = list(folder.find(tmp_path, course, ["01-mse"]))
    assert [folder.place(tmp_path, student) for student, _, _ in found] == [path.parent for _, _, path in found]
    assert len({student for student, _, _ in found}) == len(ODD)


def test_what_is_not_graded_is_reported_with_a_remedy(tmp_path: Path, course: Course) -> None:
    for path in (".ada/01-mse/mse.py", "smith/mse.py", "bob/01_mse/mse.py", "cy/01-MSE/mse.py", "cy/02-cross-entropy/a",
                 "doe_jane_1_2_mse.py", ".DS_Store", ".git/config", "good/01-mse/mse.py", "none/.x"):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(RIGHT)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "bell\x07").write_text("")
    told = {line.partition(":")[0]: line.partition(": ")[2] for line in left.lines(tmp_path, course)}
    assert told.keys() == {".ada", "smith", "bob", "cy/01-MSE", "doe_jane_1_2_mse.py", "none", "dangling", "bell\x07"}
    assert told[".ada"] == "its name begins with a dot; rename the folder"
    assert "it has mse.py; put that into one" in told["smith"]


def test_reports_of_what_is_not_graded_are_limited_to_some_lines(tmp_path: Path, course: Course) -> None:
    for number in range(50):
        (tmp_path / f"{number}.py").touch()
    assert len(left.lines(tmp_path, course)) == 21 and left.lines(tmp_path, course)[-1] == "and 30 more"


def test_names_that_the_disk_merges_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left.require_apart(["Ada", "ada"], tmp_path / "out")
    monkeypatch.setattr(left, "_takes_for_one", lambda names, out: True)
    with pytest.raises(OutputError, match="this disk takes Ada and ada for one name"):
        left.require_apart(["bob", "ada", "Ada"], tmp_path / "out")


def test_a_reader_that_answers_nonsense_costs_only_that_submission(
    folders: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = msgspec.msgpack.encode(contents.Contents(sha256="0" * 64))
    nonsense = [
        b"",
        b"\xc1",
        good + b"x",
        msgspec.msgpack.encode(contents.Contents(files={"../x": b""}, sha256="0" * 64)),
        msgspec.msgpack.encode(contents.Contents(filename="/etc/passwd", sha256="0" * 64)),
        msgspec.msgpack.encode(contents.Contents(notes=["x"] * 1000, sha256="0" * 64)),
        msgspec.msgpack.encode(contents.Contents(notes=["x" * 10_000], sha256="0" * 64)),
        msgspec.msgpack.encode(contents.Contents(source="x" * (2 << 20), sha256="0" * 64)),
        msgspec.msgpack.encode(contents.Contents(sha256="<script>")),
    ]
    for reply in nonsense:
        monkeypatch.setattr(folder._reader, "ask", lambda request, reply=reply: reply)
        assert "breaks what reads it" in str(folders({"mse.py": RIGHT}).problem)
