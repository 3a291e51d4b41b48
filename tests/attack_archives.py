"""Attacks that are made here rather than kept: archives, notebooks, links and names that no repository should hold.

Each is a function that fills the folder of one submission; its docstring says what it tries.
"""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "losslab-attack-was-here"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>\"' onmouseover='alert(1)"
TERMINAL = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\u202etxt.exe\u2066"
GRADIENT = """import numpy as np


def mse_grad(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return 2 * (pred - target) / pred.size
"""


@dataclass(frozen=True)
class Made:
    """A generated attack: the name of its student, what fills its folder, and what must come of it."""

    student: str | bytes
    fill: Callable[[Path], None]
    outcome: str
    earns: tuple[str, ...] = ()


def notebook(cells: list[dict[str, Any]], **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def cell(source: str, number: int = 0, outputs: list[Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"c{number}",
        "metadata": {},
        "execution_count": None,
        "outputs": outputs or [],
        "source": source,
    }


def packed(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def zip_bomb(folder: Path) -> None:
    """A gigabyte of zeros in a megabyte of zip."""
    with (
        zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("mse.py", "w") as file,
    ):
        for _ in range(512):
            file.write(bytes(1 << 20))


def lying_zip(folder: Path) -> None:
    """A file in a zip that says it is small and is large."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mse.py", b"#" * (8 << 20))
    data = buffer.getvalue().replace(struct.pack("<I", 8 << 20), struct.pack("<I", 100))
    (folder / "work.zip").write_bytes(data)


def many_zips(folder: Path) -> None:
    """A hundred zips of twenty megabytes each, which together fill the grader's memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(19 << 20))
    for number in range(100):
        (folder / f"work-{number}.zip").write_bytes(buffer.getvalue().replace(b"zeros", b"%05d" % number))


def zip_slip(folder: Path) -> None:
    """Paths in a zip that lead out of it."""
    packed(folder / "work.zip", {"mse.py": GRADIENT.encode(), f"../../../{MARK}": b"x"})


def zip_absolute(folder: Path) -> None:
    """An absolute path in a zip, to the table of users."""
    packed(folder / "work.zip", {"mse.py": GRADIENT.encode(), f"/tmp/{MARK}": b"x"})


def zip_link(folder: Path) -> None:
    """A symbolic link in a zip, to the reference."""
    link = zipfile.ZipInfo("mse.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.writestr(link, "../../../solutions/01-mse/mse.py")


def zip_of_many_files(folder: Path) -> None:
    """A zip of 100 000 files."""
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.py"), b"")


def many_files(folder: Path) -> None:
    """A folder of 3 000 files."""
    for number in range(3000):
        (folder / f"{number}.py").touch()


def deep_folders(folder: Path) -> None:
    """Folders in folders, 1 500 deep."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def link_to_reference(folder: Path) -> None:
    """A symbolic link to the reference solution, handed in as one's own."""
    (folder / "mse.py").symlink_to(folder.parents[2] / "root" / "solutions" / "01-mse" / "mse.py")


def link_to_folder(folder: Path) -> None:
    """The folder itself is a symbolic link to the folder of the reference."""
    folder.rmdir()
    folder.symlink_to(folder.parents[2] / "root" / "solutions" / "01-mse")


def pipe(folder: Path) -> None:
    """A named pipe, which a reader would wait on for ever."""
    os.mkfifo(folder / "mse.py")


def large_notebook(folder: Path) -> None:
    """A notebook of 100 MB."""
    with open(folder / "mse.ipynb", "wb") as file:
        file.truncate(100 << 20)


def notebook_of_many_cells(folder: Path) -> None:
    """A notebook of 50 000 cells, each of which would be validated."""
    (folder / "mse.ipynb").write_text(notebook([cell("x = 1", number) for number in range(50_000)]))


def notebook_of_magics(folder: Path) -> None:
    """800 magics in one cell: IPython takes the square of their number, and then gives up with an error of its own."""
    (folder / "mse.ipynb").write_text(notebook([cell("%time x = 1\n" * 800)]))


def notebook_deep(folder: Path) -> None:
    """A notebook nested 100 000 levels deep."""
    (folder / "mse.ipynb").write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + ', "nbformat": 4}')


def large_script(folder: Path) -> None:
    """Eight megabytes of short statements, for which Python's own parser takes six gigabytes."""
    (folder / "mse.py").write_text("x;" * (4 << 20))


def deep_script(folder: Path) -> None:
    """An expression nested so deep that a parser may run out of stack."""
    (folder / "mse.py").write_text("x = " + "-" * 100_000 + "1\n")


def not_utf8(folder: Path) -> None:
    """A file whose name and text are not UTF-8."""
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.txt")).write_bytes(b"\xff\xfe\x00")


def hostile_notebook(folder: Path) -> None:
    """HTML and scripts in outputs, titles and metadata, and in what the code prints, raises and returns."""
    outputs = [
        {
            "output_type": "display_data",
            "data": {"text/html": HTML, "application/javascript": "alert(1)"},
            "metadata": {},
        },
        {"output_type": "stream", "name": "stdout", "text": HTML + TERMINAL},
    ]
    code = f"{GRADIENT}\n\ndef quick_check_mse():\n    raise ValueError({HTML + TERMINAL!r})\n\n\nraise KeyError({HTML!r})\n"
    cells = [{**cell(code, 1, outputs), "metadata": {"name": HTML}}, {**cell(HTML + TERMINAL, 2)}]
    (folder / "mse.ipynb").write_text(notebook(cells, title=HTML, kernelspec={"name": HTML, "display_name": HTML}))


def hostile_names(folder: Path) -> None:
    """Escape codes and HTML in the names of what is handed in."""
    (folder / f"{HTML}{TERMINAL}".replace("/", "")).write_text("x")


def shipped_modules(folder: Path) -> None:
    """Modules named as those that the grader and the worker import, with settings of pytest and of the interpreter."""
    (folder / "mse.py").write_text(GRADIENT + "\n\ndef quick_check_mse():\n    return 10.5\n")
    evil = f"open('/tmp/{MARK}', 'w').close()\nraise SystemExit(0)\n"
    for name in ("numpy", "torch", "msgspec", "pytest", "autograder", "sitecustomize", "usercustomize", "conftest"):
        (folder / f"{name}.py").write_text(evil)
    (folder / "evil.pth").write_text("import os; os.abort()\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p evil --exitfirst\n")
    (folder / "test_mse_hidden.py").write_text("def test_quick_check():\n    pass\n")


def shipped_conftest(folder: Path) -> None:
    """A conftest.py that makes every test pass, beside a solution that is wrong."""
    (folder / "mse.py").write_text("def mse_loss(pred, target):\n    return 1e9\n")
    (folder / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_pyfunc_call(pyfuncitem):\n    yield\n    return True\n"
    )


def names_of_results(folder: Path) -> None:
    """A results.json and a gradebook.db handed in, in the hope that they are taken for the grader's."""
    (folder / "mse.py").write_text(GRADIENT)
    (folder / "results.json").write_text('{"score": 32}')
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\x00")


MADE = (
    Made("zip-bomb", zip_bomb, "rejected has more than 200 files or 20 MiB"),
    Made("lying-zip", lying_zip, "rejected work.zip"),
    Made("many-zips", many_zips, "rejected has more than 40 MiB in all"),
    Made("zip-slip", zip_slip, "rejected leads out of the archive"),
    Made("zip-absolute", zip_absolute, "rejected leads out of the archive"),
    Made("zip-link", zip_link, "rejected is a symbolic link"),
    Made("zip-of-many-files", zip_of_many_files, "rejected has more than 200 files"),
    Made("many-files", many_files, "rejected has more than 200 files"),
    Made("deep-folders", deep_folders, "rejected has more than 200 files or folders"),
    Made("link-to-reference", link_to_reference, "rejected is a symbolic link"),
    Made("link-to-folder", link_to_folder, "rejected is a symbolic link"),
    Made("pipe", pipe, "rejected no plain file"),
    Made("large-notebook", large_notebook, "rejected is larger than 20 MiB"),
    Made("notebook-of-many-cells", notebook_of_many_cells, "rejected has more than 2000 cells"),
    Made("notebook-of-magics", notebook_of_magics, "rejected has more than 100 lines of IPython's magics"),
    Made("notebook-deep", notebook_deep, "rejected is not a whole notebook"),
    Made("large-script", large_script, "rejected has more than 256 KiB of code"),
    Made("deep-script", deep_script, "rejected cannot be parsed"),
    Made("not-utf8", not_utf8, "rejected mse.py: is missing"),
    Made(b"name-\xff-not-utf8", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("hostile-notebook", hostile_notebook, "quick_check error raised ValueError", ("mse_grad",)),
    Made("hostile-names", hostile_names, "rejected mse.py: is missing"),
    Made(f"name-{HTML}".replace("/", "")[:120], names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made(f"name-{TERMINAL}", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("shipped-modules", shipped_modules, "quick_check fail not the right value", ("mse_grad",)),
    Made("shipped-conftest", shipped_conftest, "mse_loss fail not the right value"),
)
