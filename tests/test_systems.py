"""On any system: encodings, line ends, paths, consoles; and each thing that may be missing is one line with the remedy."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.base.errors import LossLabError, SubmissionError
from autograder.cli import app, study
from autograder.course import Course, model
from autograder.student import screen
from autograder.student.checks import work
from autograder.student.terminal import run as running

ROOT = Path(__file__).parent.parent
MSE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text(encoding="utf-8")
STUDENTS = sorted((ROOT / "autograder" / "student").rglob("*.py"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "course.yml", tmp_path)
    shutil.copytree(ROOT / "assignments" / "01-mse", tmp_path / "01-mse")
    (tmp_path / "01-mse" / "mse.ipynb").unlink()
    (tmp_path / "01-mse" / "mse.py").write_text(MSE, encoding="utf-8")
    return tmp_path


def losslab(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "autograder", *arguments, **environment)


def python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit 2, nothing on the screen but one line, and these words in it."""
    assert done.returncode == 2 and done.stdout == "", (done.returncode, done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("losslab: "), done.stderr
    assert all(word in done.stderr for word in words), done.stderr


# What may be missing.


def test_another_file_name_is_one_line_with_the_right_one(home: Path) -> None:
    (home / "01-mse" / "mse.py").rename(home / "01-mse" / "mse (1).py")
    one_line(losslab(home, "check", "01-mse"), "`mse (1).py`", "rename it to mse.py")


def test_a_file_that_is_gone_or_empty_is_one_line(home: Path) -> None:
    (home / "01-mse" / "mse.py").write_text(" \n")
    one_line(losslab(home, "check", "01-mse"), "mse.py", "is empty", "save your work")
    (home / "01-mse" / "mse.py").unlink()
    one_line(losslab(home, "check", "01-mse"), "has no mse.py or mse.ipynb", "download")


def test_an_exercise_that_is_not_here_is_one_line(home: Path) -> None:
    one_line(losslab(home, "check", "02"), "test_cross_entropy.py: not found", "download")
    one_line(losslab(home, "check", "01-mes"), "'01-mes'", "there are 01-mse")
    one_line(losslab(home, "check"), "losslab check 01-mse")


def test_no_course_here_is_one_line(tmp_path: Path) -> None:
    one_line(losslab(tmp_path, "status"), "course.yml: not found", "run this in the folder of the course")


def without(home: Path, name: str) -> dict[str, str]:
    """An environment in which `name` cannot be found, as where it was never installed."""
    (home / "blocked").mkdir()
    (home / "blocked" / "sitecustomize.py").write_text(
        "import importlib.machinery as m, sys\n"
        "class Without(m.PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {name!r}: return None\n"
        "        return super().find_spec(name, path, target)\n"
        "sys.meta_path[:] = [Without if item is m.PathFinder else item for item in sys.meta_path]\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(home / "blocked"), str(ROOT)])}


@pytest.mark.parametrize("name", ["numpy", "pytest"])
def test_a_library_that_is_not_installed_is_one_line(home: Path, name: str) -> None:
    one_line(
        losslab(home, "check", "01-mse", **without(home, name)),
        f"{name}: is not installed here, and 01-mse needs it; run: python -m pip install {name}",
    )


def test_torch_missing_is_one_line_and_status_says_it_too(home: Path) -> None:
    folder = home / "04-focal-loss"
    shutil.copytree(ROOT / "assignments" / "04-focal-loss", folder)
    shutil.copy(ROOT / "solutions" / "04-focal-loss" / "focal_loss.py", folder)
    environment = without(home, "torch")
    one_line(losslab(home, "check", "04-focal-loss", **environment), "torch: is not installed", "pip install torch")
    told = losslab(home, "status", **environment)
    assert told.returncode == 0 and "needs torch, which is not installed" in told.stdout
    assert losslab(home, "check", "01-mse", **environment).returncode == 0


@pytest.mark.parametrize("name", ["typer", "msgspec", "yaml"])
def test_losslab_that_is_half_installed_is_one_line(home: Path, name: str) -> None:
    one_line(losslab(home, "check", "01-mse", **without(home, name)), f"{name} is not installed here; run: ")


def test_an_old_python_is_one_line(home: Path) -> None:
    done = python(home, "-c", "import sys; sys.version_info = (3, 9, 1); import autograder.cli.start")
    one_line(done, "Python 3.9 is too old; install Python 3.11 or newer")


def test_what_stands_before_the_version_is_checked_any_python_understands() -> None:
    text = (ROOT / "autograder" / "__init__.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 7))
    assert "import" not in text.replace("import sys", "", 1)


def test_a_locked_file_is_one_line(home: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(SubmissionError, match=r"cannot be read .Permission denied.; close other programs") as caught:
        running.run(course.assignment("01-mse"), home / "01-mse")
    assert "\n" not in str(caught.value)


def test_in_a_read_only_folder_hint_is_one_line_and_check_works(home: Path) -> None:
    (home / ".losslab").touch()  # not even root can make a folder where a file is
    one_line(losslab(home, "hint", "mse_loss"), "progress.json: cannot be written", "--level 1, 2 or 3")
    shown = losslab(home, "hint", "mse_loss", "--level", "2")
    assert shown.returncode == 0 and "the method" in shown.stdout and "Not noted" in shown.stdout
    assert losslab(home, "check", "01-mse").returncode == 0
    assert losslab(home, "status").returncode == 0


# Encodings, line ends, paths.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_file_of_any_editor_is_read(home: Path, course: Course, encoding: str, ends: str) -> None:
    text = f"# Größe, 大小\n{MSE}".replace("\n", ends)
    (home / "01-mse" / "mse.py").write_bytes(text.encode(encoding))
    assert running.run(course.assignment("01-mse"), home / "01-mse").passed


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_one_line_with_the_remedy(home: Path, encoding: str) -> None:
    (home / "01-mse" / "mse.py").write_bytes("# Größe\ndef mse_loss(pred, target):\n    return 1\n".encode(encoding))
    one_line(losslab(home, "check", "01-mse"), "mse.py: is not UTF-8", "choose the encoding UTF-8 in your editor")


def test_files_are_read_as_utf_8_in_any_locale(home: Path) -> None:
    path = home / "01-mse" / "mse.py"
    path.write_text(f"# Größe\n{MSE}", encoding="utf-8")
    done = losslab(home, "check", "01-mse", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "All public checks passed; 70" in done.stdout


@pytest.mark.parametrize(
    "named", ["01-mse", "01-mse/", "assignments/01-mse", "assignments\\01-mse\\", "01-mse\\mse.py", "mse.ipynb", "01"]
)
def test_an_exercise_is_found_as_shells_complete_it(course: Course, named: str) -> None:
    assert study._assignment(course, named).id == "01-mse"


@pytest.mark.parametrize("name", ["Übung 1 & 2", "a'b", "x" * 100])
def test_a_folder_of_any_name_works(tmp_path: Path, course: Course, name: str) -> None:
    folder = tmp_path / name
    shutil.copytree(ROOT / "assignments" / "01-mse", folder)
    (folder / "mse.py").write_text(MSE, encoding="utf-8")
    assert running.run(course.assignment("01-mse"), folder).passed
    found = work.assignment_here(course, folder)
    assert found is not None and found.id == "01-mse"


def test_students_modules_import_nothing_that_one_system_alone_has() -> None:
    absent = {"fcntl", "termios", "tty", "resource", "pwd", "grp", "msvcrt", "winreg", "curses", "readline"}
    for path in [*STUDENTS, ROOT / "autograder" / "cli" / "study.py", ROOT / "autograder" / "base" / "files.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not absent & {name.partition(".")[0] for name in names}, path
            assert not (isinstance(node, ast.Attribute) and node.attr in ("fork", "SIGALRM", "setitimer")), path


def test_check_works_where_posix_modules_are_not_there(home: Path) -> None:
    block = "import sys\nfor name in ('fcntl', 'termios', 'resource', 'pwd', 'grp', 'tty'): sys.modules[name] = None\n"
    block += "import signal\nfor name in ('SIGALRM', 'setitimer', 'pthread_kill'): delattr(signal, name)\n"
    block += "sys.argv = ['losslab', 'check', '01-mse']\nfrom autograder.cli.start import main\nmain()\n"
    done = python(home, "-c", block)
    assert done.returncode == 0, done.stderr


# Consoles.


class Console(io.StringIO):
    def __init__(self, tty: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self._tty, self._encoding = tty, encoding

    def isatty(self) -> bool:
        return self._tty

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


@pytest.mark.parametrize(
    ("tty", "environment", "platform", "colour"),
    [
        (True, {"TERM": "xterm"}, "linux", True),
        (False, {"TERM": "xterm"}, "linux", False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, "linux", False),
        (True, {"TERM": "dumb"}, "linux", False),
        (True, {}, "win32", False),
        (True, {"WT_SESSION": "1"}, "win32", True),
        (True, {}, "darwin", True),
    ],
)
def test_colour_only_where_it_is_seen_and_wanted(
    tty: bool, environment: dict[str, str], platform: str, colour: bool
) -> None:
    assert screen.coloured(Console(tty), environment, platform) is colour


def test_colour_is_added_to_a_sign_and_never_the_only_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "coloured", lambda out: True)
    console = Console(True)
    screen.say("✓ rmse · done", "✗ mae · not", "plain", stream=console)
    assert console.getvalue() == "\x1b[32m✓ rmse · done\x1b[0m\n\x1b[31m✗ mae · not\x1b[0m\nplain\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "no-such-encoding"])
def test_a_console_without_our_signs_gets_words(encoding: str) -> None:
    console = Console(False, encoding)
    screen.say("✓ rmse · Σ e² ≤ δ", stream=console)
    said = console.getvalue()
    assert said.startswith("ok rmse ") and "?" not in said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_no_hint_loses_a_sign_on_an_old_console(course: Course, encoding: str) -> None:
    for part in (part for assignment in course.assignments for part in assignment.parts):
        for text in [part.title, *part.hints]:
            shown = screen.encodable(text, encoding)
            assert shown.count("?") == text.count("?"), (part.id, shown)
            shown.encode(encoding)


def test_check_on_an_old_console_ends_without_an_error(home: Path) -> None:
    done = losslab(home, "check", "01-mse", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.startswith("ok mse_loss - ") and done.stdout.isascii()


def test_help_names_every_command_in_plain_text(home: Path) -> None:
    told = losslab(home, "--help")
    assert told.returncode == 0 and told.stdout.isascii()
    assert [name for name in app.COMMANDS if f"\n  {name} " not in told.stdout] == []


def test_a_command_imports_no_other_commands_module(home: Path) -> None:
    code = (
        "import sys; sys.argv = ['losslab', 'hint', 'mse_loss']\nfrom autograder.cli.start import main\ntry: main()\n"
    )
    code += "except SystemExit: pass\nprint('loaded:', *sorted(sys.modules))"
    loaded = python(home, "-c", code).stdout.partition("loaded: ")[2].split()
    assert "autograder.cli.study" in loaded
    unwanted = {"numpy", "torch", "pytest", "nbformat", "IPython", "jinja2", "rich", "autograder.cli.staff"}
    assert unwanted & set(loaded) == set()


def test_a_script_is_checked_without_the_libraries_of_notebooks_and_reports(home: Path) -> None:
    code = "import sys; sys.argv = ['losslab', 'check', '01-mse']\nfrom autograder.cli.start import main\ntry: main()\n"
    code += "except SystemExit: pass\nprint('loaded:', *sorted(sys.modules))"
    loaded = python(home, "-c", code).stdout.partition("loaded: ")[2].split()
    assert "numpy" in loaded and {"torch", "nbformat", "IPython", "jinja2", "rich"} & set(loaded) == set()


# torch's compiler.


def test_the_compiler_is_put_off_until_it_is_asked_for() -> None:
    code = (
        "import sys\nfrom autograder.student.terminal import compiler\ncompiler.put_off()\nimport torch\n"
        "model = torch.nn.Linear(1, 1)\noptimiser = torch.optim.Adam(model.parameters())\n"
        "model(torch.ones(1, 1)).sum().backward()\noptimiser.step()\n"
        "print('torch._dynamo.symbolic_convert' in sys.modules)\n"
        "print(torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)).item())\n"
        "import torch._dynamo.utils\noptimiser.step()\nprint('torch._dynamo.symbolic_convert' in sys.modules)\n"
    )
    done = python(ROOT, "-c", code)
    assert done.stdout.split() == ["False", "2.0", "True"], done.stderr


def test_course_yml_means_the_same_to_both_parsers() -> None:
    import yaml

    text = (ROOT / "course.yml").read_text(encoding="utf-8")
    assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, model._LOADER)


def test_every_error_of_students_is_a_losslab_error() -> None:
    assert issubclass(SubmissionError, LossLabError)
