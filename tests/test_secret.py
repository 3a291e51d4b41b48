"""The secret of a course: a random one is written if there is none, or only one that everybody knows."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.base.errors import CourseError
from autograder.course import seed as secrets
from autograder.course.seed import secret
from autograder.exports import gradescope

ROOT = Path(__file__).parent.parent
SHIPPED = "change-me: one line of your own, kept with the graders"
OWN = "a line of my own, 4711 letters long"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course without a secret, as after a git clone."""
    monkeypatch.delenv(secrets.VARIABLE)
    (tmp_path / "autograder" / "graders").mkdir(parents=True)
    return tmp_path


def file_of(root: Path) -> Path:
    return root / "autograder" / "graders" / "secret.txt"


def test_a_random_secret_is_written_where_there_is_none(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = secret(root)
    assert len(made) >= 40 and file_of(root).read_bytes() == made + b"\n"
    assert stat.S_IMODE(file_of(root).stat().st_mode) == 0o600
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and str(file_of(root)) in said and made.decode() not in said
    assert secret(root) == made and capsys.readouterr().err == ""
    assert [path.name for path in file_of(root).parent.iterdir()] == ["secret.txt"]


@pytest.mark.parametrize(
    "text", [SHIPPED, f"  {SHIPPED}\r\n", "change-me: another", "short", "", "aaaaaaaaaaaaaaaaaaaaaaaa"]
)
def test_a_secret_that_everybody_knows_or_can_guess_is_replaced(
    root: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file_of(root).write_text(text)
    file_of(root).chmod(0o644)
    made = secret(root)
    assert made.decode() not in text and len(made) >= 40
    assert stat.S_IMODE(file_of(root).stat().st_mode) == 0o600
    assert capsys.readouterr().err.count("\n") == 1


def test_two_courses_get_two_secrets(root: Path) -> None:
    first = secret(root)
    file_of(root).unlink()
    assert secret(root) != first


def test_a_secret_chosen_by_a_teacher_is_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file_of(root).write_text(f"{OWN}\n")
    assert secret(root) == OWN.encode() and capsys.readouterr().err == ""


def test_processes_that_start_together_agree_on_one_secret(root: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path; from autograder.course.seed import secret; print(secret(Path(sys.argv[1])).decode())"
    file_of(root).write_text(SHIPPED)

    def one(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(8))) == {secret(root).decode() + "\n"}


def test_the_environment_can_name_another_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VARIABLE, str(root / "safe"))
    made = secret(root)
    assert (root / "safe").read_bytes().strip() == made and not file_of(root).exists()


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "vault").write_text(SHIPPED)
    file_of(root).symlink_to(root / "vault")
    assert secret(root) == (root / "vault").read_bytes().strip() and file_of(root).is_symlink()


def test_a_secret_that_cannot_be_written_gives_one_line_with_a_remedy(root: Path) -> None:
    file_of(root).parent.rmdir()
    with pytest.raises(CourseError, match="LOSSLAB_SECRET_FILE") as caught:
        secret(root)
    assert str(file_of(root)) in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_in_place_of_the_secret_gives_one_line(root: Path) -> None:
    file_of(root).mkdir()
    with pytest.raises(CourseError, match="cannot be read"):
        secret(root)


def test_reading_the_secret_never_creates_one(root: Path) -> None:
    for text in (None, SHIPPED):
        if text is not None:
            file_of(root).write_text(text)
        with pytest.raises(CourseError, match="random"):
            secrets.known(root)
    file_of(root).write_text(OWN)
    assert secrets.known(root) == OWN.encode()


def test_the_digest_tells_secrets_apart_without_revealing_them(root: Path) -> None:
    file_of(root).write_text(OWN)
    first = secrets.digest_of_secret(root)
    file_of(root).write_text(OWN + "!")
    assert first != secrets.digest_of_secret(root) and OWN not in first and len(first) == 16


def test_no_secret_is_kept_in_git() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a checkout")
    path = "autograder/graders/secret.txt"
    tracked = subprocess.run(["git", "ls-files", path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert tracked.stdout == ""
    assert subprocess.run(["git", "check-ignore", "-q", "--no-index", path], cwd=ROOT).returncode == 0


def test_gradescopes_zip_contains_the_secret(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import zipfile

    from autograder import course as courses

    monkeypatch.setenv(secrets.VARIABLE, str(root / "safe"))
    data = gradescope.write_gradescope_zip(ROOT, courses.load(ROOT / "course.yml").assignment("01-mse"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("autograder/graders/secret.txt").strip() == secret(root)


@pytest.mark.parametrize("command", ["grade", "verify"])
def test_commands_write_one_and_say_so(root: Path, command: str) -> None:
    for name in ("solutions", "assignments"):
        (root / name).symlink_to(ROOT / name)
    for path in (ROOT / "autograder").iterdir():
        if path.name != "graders":
            (root / "autograder" / path.name).symlink_to(path)
    (root / "autograder" / "graders" / "01-mse").symlink_to(ROOT / "autograder" / "graders" / "01-mse")
    shutil.copy(ROOT / "course.yml", root)
    (root / "submitted" / "ada" / "01-mse").mkdir(parents=True)
    shutil.copy(ROOT / "assignments" / "01-mse" / "mse.py", root / "submitted" / "ada" / "01-mse")
    file_of(root).write_text(SHIPPED)
    arguments = {
        "grade": ["grade", "submitted", "--out", "out", "--assignment", "01-mse"],
        "verify": ["verify", "no-such-assignment"],
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments[command]],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    if command == "verify":  # bad usage writes nothing
        assert done.returncode == 2 and file_of(root).read_text() == SHIPPED
        return
    assert done.returncode == 0, done.stderr
    assert next(line for line in done.stderr.splitlines() if "secret.txt" in line).startswith("note: ")
    assert file_of(root).read_text() != SHIPPED
    first = (root / "out" / "results.json").read_bytes()
    again = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments[command]],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0 and "secret.txt" not in again.stderr
    assert (root / "out" / "results.json").read_bytes() == first
