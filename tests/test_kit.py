"""The zip that students download: all they need, nothing hidden, the same bytes for the same sources."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PureWindowsPath

import msgspec
import pytest

from autograder import course as courses
from autograder.base.errors import LossLabError, OutputError, ReleaseError
from autograder.course import Course
from autograder.course.seed import secret
from autograder.pages import leaks
from autograder.release import kit, kit_texts, wheel

ROOT = Path(__file__).parent.parent
TOP = "loss-functions/"


@pytest.fixture(scope="module")
def made(course: Course) -> bytes:
    return kit.make(course, ROOT)


@pytest.fixture(scope="module")
def contents(made: bytes) -> dict[str, bytes]:
    """What is in the kit, by its name below the course's folder."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name.removeprefix(TOP): archive.read(name) for name in archive.namelist()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a kit is made of."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("pyproject.toml", "LICENSE", "constraints.txt", "course.yml"):
        shutil.copy(ROOT / name, root)
    for name in ("autograder", "solutions", "assignments"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def wheel_of(contents: dict[str, bytes]) -> bytes:
    (name,) = [name for name in contents if name.endswith(".whl")]
    return contents[name]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )


def test_it_holds_the_released_assignments_and_what_they_need(course: Course, contents: dict[str, bytes]) -> None:
    for assignment in course.assignments:
        folder = ROOT / "assignments" / assignment.id
        for path in (path for path in folder.iterdir() if path.is_file()):
            assert contents[f"assignments/{assignment.id}/{path.name}"] == path.read_bytes()
    assert contents["course.yml"] == (ROOT / "course.yml").read_bytes()
    assert {"README.md", "requirements.txt", "requirements-torch.txt", "constraints.txt"} < set(contents)


def test_no_grader_no_solution_and_no_workflow_is_in_it_or_in_its_wheel(contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel_of(contents))) as archive:
        inside = archive.namelist()
    assert "losslab/__init__.py" in inside and "autograder/student/checks/public.py" in inside
    for name in [*contents, *inside]:
        assert not re.search(
            r"graders|solutions|_hidden|rubric|variants|helpers|skeleton|secret|verified|\.github", name
        )
    assert (
        "autograder/grading/diagnosis/catalogue.py" in inside
    )  # the machinery that replays mistakes; the catalogues stay


def test_nothing_hidden_stands_in_any_text_of_it(course: Course, contents: dict[str, bytes]) -> None:
    texts = kit.texts_of(contents)
    assert len(texts) > 100 and any("autograder/student/checks/public.py" in name for name in texts)
    for assignment in course.assignments:
        signs = leaks.canaries(ROOT, assignment)
        assert len(signs.lines) > min(50, 20 * sum(len(part.functions) for part in assignment.parts))
        own = {name: text for name, text in texts.items() if "assignments/" not in name or assignment.id in name}
        assert [name for name, text in own.items() if signs.in_text(text)] == []
    hidden = (ROOT / "autograder" / "graders" / "05-multi-task" / "penguins_hidden.csv").read_text().splitlines()[1:]
    assert [line for line in hidden if line in "\n".join(texts.values())] == []


def test_the_secret_is_in_no_byte_of_it(contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel_of(contents))) as archive:
        everything = [*contents.values(), *(archive.read(name) for name in archive.namelist())]
    assert len(secret(ROOT)) > 8 and not any(secret(ROOT) in data for data in everything)


def test_equal_sources_make_an_equal_kit(made: bytes, checkout: Path) -> None:
    for path in checkout.rglob("*.py"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o600)
    assert kit.make(courses.load(checkout / "course.yml"), checkout) == made


def test_what_an_earlier_build_left_behind_is_not_packed(checkout: Path) -> None:
    for name in (
        "build/lib/autograder/graders/test_leftover.py",
        "build/lib/autograder/leftover.py",
        "dist/leftover.whl",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("answer = 1\n")
    _, data = wheel.build(checkout, b"read me")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [name for name in archive.namelist() if "leftover" in name] == []


def test_a_hidden_line_anywhere_in_the_package_stops_it(checkout: Path) -> None:
    line = next(line for line in (checkout / "solutions/01-mse/mse.py").read_text().splitlines() if "np.clip(" in line)
    (checkout / "autograder" / "student" / "notes.py").write_text(f"def f(errors, delta):\n{line}\n")
    with pytest.raises(OutputError, match=r"student/notes\.py: would show hidden material of 01-mse"):
        kit.make(courses.load(checkout / "course.yml"), checkout)


def test_assignments_that_are_out_of_date_make_no_kit(checkout: Path) -> None:
    stub = checkout / "assignments" / "02-cross-entropy" / "cross_entropy.py"
    stub.write_text(stub.read_text() + "\n")
    done = run(checkout, "kit", "--out", "kit.zip")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "cross_entropy.py: differs from its source; run `losslab release`, then make the kit again" in done.stderr
    assert not (checkout / "kit.zip").exists()


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "course.yml",
            "\nextensions:\n  - {student: ada, assignment: 01-mse, until: 2027-03-01T12:00:00}\n",
            "names students",
        ),
        ("constraints.txt", None, "has no version of matplotlib"),
        ("pyproject.toml", "", "make the kit in a checkout"),
        ("LICENSE", "", "make the kit in a checkout"),
    ],
)
def test_each_obstacle_gives_one_line(checkout: Path, name: str, change: str | None, words: str) -> None:
    path = checkout / name
    if change:
        path.write_text(path.read_text() + change)
    elif change is None:
        path.write_text(path.read_text().replace("matplotlib==", "another=="))
    else:
        path.unlink()
    with pytest.raises(LossLabError, match=words) as caught:
        kit.make(courses.load(checkout / "course.yml"), checkout)
    assert "\n" not in str(caught.value) and name in str(caught.value)


def test_a_wheel_that_cannot_be_built_is_one_line(checkout: Path) -> None:
    (checkout / "pyproject.toml").write_text("[project]\nname = 1\n")
    with pytest.raises(ReleaseError, match="cannot be built") as caught:
        wheel.build(checkout, b"")
    assert "\n" not in str(caught.value)


def test_a_place_that_cannot_be_written_gives_one_line() -> None:
    done = run(ROOT, "kit", "--out", str(ROOT / "course.yml" / "kit.zip"))
    assert done.returncode == 2 and "choose another place with --out" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_every_version_is_that_of_the_course(contents: dict[str, bytes]) -> None:
    """and no line but the wheel's speaks where Python is too old: it is the wheel that says so in one line"""
    pinned = {line.lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    for name in ("requirements.txt", "requirements-torch.txt", "constraints.txt"):
        lines = [line for line in contents[name].decode().splitlines() if not line.startswith("#")]
        for line in [line for line in lines if not line.startswith(("--constraint ", "./"))]:
            version, marker = line.split("; ")
            assert version in pinned and marker == 'python_version >= "3.11"'
    assert "torch" not in contents["requirements.txt"].decode()
    assert 'torch==2.13.0; python_version >= "3.11"' in contents["requirements-torch.txt"].decode().splitlines()
    (wheel_line,) = [line for line in contents["requirements.txt"].decode().splitlines() if line.startswith("./")]
    assert wheel_line.removeprefix("./") in contents


def test_a_course_without_torch_asks_for_none(course: Course) -> None:
    small = courses.parse("id: a\ntitle: A\nassignments: []\n")
    small = msgspec.structs.replace(small, assignments=course.assignments[:3])
    assert "torch" not in kit_texts.readme(small).decode()


def test_names_and_line_ends_suit_every_system(contents: dict[str, bytes]) -> None:
    assert len({name.lower() for name in contents}) == len(contents)
    for name, data in contents.items():
        path = PureWindowsPath(name)
        assert not path.is_absolute() and not path.is_reserved() and name.isascii()
        assert not re.search(r'[<>:"\\|?*]|[. ]$', name) and len(TOP + name) < 120
        if not name.endswith(".whl"):
            assert b"\r" not in data and data.decode("utf-8")


def test_the_wheel_works_in_a_folder_of_its_own(contents: dict[str, bytes], tmp_path: Path) -> None:
    home, libraries = tmp_path / "my course (1)", tmp_path / "libraries"
    for name, data in contents.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(wheel_of(contents))) as archive:
        archive.extractall(libraries)
    code = "import autograder, losslab; print(autograder.__file__, losslab.load_ipython_extension.__module__)"
    where = os.environ | {"PYTHONPATH": str(libraries)}
    done = subprocess.run([sys.executable, "-c", code], cwd=home, env=where, capture_output=True, text=True)
    assert done.stdout.split() == [str(libraries / "autograder" / "__init__.py"), "autograder.student.notebook.magics"]
    checked = run(home, "check", "01-mse", PYTHONPATH=str(libraries))
    assert checked.returncode == 1 and "not started" in checked.stdout and "Traceback" not in checked.stderr
    lines = run(tmp_path, "hint", "mse_loss", PYTHONPATH=str(libraries)).stdout.splitlines()
    assert lines and "01-mse" in lines[0]  # the wheel brings the course file along


def test_the_readme_names_what_is_there(contents: dict[str, bytes], course: Course) -> None:
    text = contents["README.md"].decode()
    assert all(f"`{assignment.id}`" in text for assignment in course.assignments)
    for name in re.findall(r"requirements[a-z-]*\.txt|constraints\.txt|assignments/[\w./-]+\.py", text):
        assert name in contents, name
