"""Attacks that are made here rather than kept: archives, notebooks, links and names that no repository should hold.

Each is a function that fills the folder of one submission; its docstring says what it tries.
"""

from __future__ import annotations

import io
import json
import os
import socket
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


def zip_of_rubbish(folder: Path) -> None:
    """60 000 entries that are no files of anybody's, in a zip that says it has one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(60_000):
            archive.writestr(zipfile.ZipInfo(f"__MACOSX/{number}"), b"")
    data = bytearray(buffer.getvalue())
    data[-14:-10] = struct.pack("<HH", 1, 1)
    (folder / "work.zip").write_bytes(data)


def zips_in_zips(folder: Path) -> None:
    """A zip in a zip, forty times."""
    data = b""
    for level in range(40):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("mse.zip" if level else "mse.py", data or GRADIENT)
        data = buffer.getvalue()
    (folder / "work.zip").write_bytes(data)


def zips_beside_each_other_in_zips(folder: Path) -> None:
    """Zips of zips, a hundred in each: a million files of 10 KB in a small archive."""
    data = bytes(10_000)
    for level in range(3):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(100):
                archive.writestr(f"{number}.zip" if level else f"{number}.py", data)
        data = buffer.getvalue()
    (folder / "work.zip").write_bytes(data)


def zip_of_bzip2(folder: Path) -> None:
    """A file in a zip that says it has 1 MiB and has 64, packed so that it is decompressed in one piece."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("mse.py", bytes(64 << 20))
    data = buffer.getvalue().replace(struct.pack("<I", 64 << 20), struct.pack("<I", 1 << 20))
    (folder / "work.zip").write_bytes(data)


def notebook_of_shell_calls(folder: Path) -> None:
    """A thousand lines that IPython runs in a shell: it tokenises the cell anew for each, and takes a minute."""
    (folder / "mse.ipynb").write_text(notebook([cell("%time 1\n" + "a=!b\n" * 1000)]))


def notebook_of_other_spelling(folder: Path) -> None:
    """10 000 cells whose keys are spelled with escapes, so that nobody who looks for the words can count them."""
    text = notebook([cell("x = 1", number) for number in range(10_000)])
    (folder / "mse.ipynb").write_text(text.replace('"cell_type"', '"\\u0063ell_type"'))


def notebook_of_old_cells(folder: Path) -> None:
    """10 000 cells in the worksheets of an old notebook."""
    cells = [{"cell_type": "code", "language": "python", "outputs": [], "input": "x = 1"}] * 10_000
    old = {"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    (folder / "mse.ipynb").write_text(json.dumps(old))


def notebook_of_outputs(folder: Path) -> None:
    """50 000 outputs below one cell: nobody looks at them."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x"}] * 50_000
    (folder / "mse.ipynb").write_text(notebook([cell(GRADIENT, 1, outputs)]))


def notebook_of_broken_cells(folder: Path) -> None:
    """1 900 cells that are no Python, for a note each."""
    (folder / "mse.ipynb").write_text(notebook([cell(GRADIENT), *(cell("x = = 1", n) for n in range(1900))]))


def notebook_of_a_huge_number(folder: Path) -> None:
    """A version of the format with a million digits, which take Python the square of their number."""
    (folder / "mse.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 1' + "0" * 1_000_000 + "}")


def notebook_of_timed_cells(folder: Path) -> None:
    """A cell that is timed in a cell that is timed, ten thousand times."""
    (folder / "mse.ipynb").write_text(notebook([cell("%%time\n" * 10_000)]))


def notebook_of_a_long_heading(folder: Path) -> None:
    """A heading of level two billion in an old notebook, which becomes as many signs."""
    cells = [{"cell_type": "heading", "level": 2_000_000_000, "metadata": {}, "source": "x"}]
    old = {"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    (folder / "mse.ipynb").write_text(json.dumps(old))


def slow_script(folder: Path) -> None:
    """A literal of 85 000 fields, for which Python's parser takes the square, several times over."""
    (folder / "mse.py").write_text(GRADIENT + "\n# %%\nx = f'" + "{a}" * 85_000 + "'\n# %%\ny = = 1\n")


def link_of_student(folder: Path) -> None:
    """The student's own folder is a symbolic link to all references."""
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(folder.parents[2] / "root" / "solutions")


def link_in_folder(folder: Path) -> None:
    """A folder in the submission is a symbolic link to the folder of the reference."""
    (folder / "src").symlink_to(folder.parents[2] / "root" / "solutions" / "01-mse")


def pipe_for_folder(folder: Path) -> None:
    """A named pipe in the place of the folder."""
    folder.rmdir()
    os.mkfifo(folder)


def file_for_folder(folder: Path) -> None:
    """A file in the place of the folder."""
    folder.rmdir()
    folder.write_text(GRADIENT)


def folder_for_time(folder: Path) -> None:
    """A folder, with a link in it, in the place of timestamp.txt."""
    (folder / "mse.py").write_text(GRADIENT)
    (folder / "timestamp.txt").mkdir()
    (folder / "timestamp.txt" / "mse.py").symlink_to(folder.parents[2] / "root" / "solutions" / "01-mse" / "mse.py")


def pipe_for_time(folder: Path) -> None:
    """A named pipe in the place of timestamp.txt, and another below."""
    (folder / "mse.py").write_text(GRADIENT)
    os.mkfifo(folder / "timestamp.txt")
    (folder / "sub").mkdir()
    os.mkfifo(folder / "sub" / "timestamp.txt")


def device_for_time(folder: Path) -> None:
    """A device without an end in the place of timestamp.txt, or a link to one where nobody may make a device."""
    (folder / "mse.py").write_text(GRADIENT)
    try:
        os.mknod(folder / "timestamp.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        (folder / "timestamp.txt").symlink_to("/dev/zero")


def socket_for_module(folder: Path) -> None:
    """A socket in the place of the module."""
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{here}/mse.py")
    os.close(here)


def names_of_files(folder: Path) -> None:
    """Two files whose names differ in bytes and read the same, and one with the longest of names."""
    (folder / "mse.py").write_text(GRADIENT)
    for name in (b"\xff.py", rb"\udcff.py", b"n" * 250 + b".csv"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x = 1\n")


MADE = (
    Made("zip-bomb", zip_bomb, "rejected has more than 200 files or 20 MiB"),
    Made("lying-zip", lying_zip, "rejected work.zip"),
    Made("many-zips", many_zips, "rejected has more than 40 MiB in all"),
    Made("zip-slip", zip_slip, "rejected leads out of the archive"),
    Made("zip-absolute", zip_absolute, "rejected leads out of the archive"),
    Made("zip-link", zip_link, "rejected is a symbolic link"),
    Made("zip-of-many-files", zip_of_many_files, "rejected has more than 200 files"),
    Made("zip-of-rubbish", zip_of_rubbish, "rejected has more than 200 files"),
    Made("zips-in-zips", zips_in_zips, "rejected zips in zips in zips"),
    Made("zips-beside-zips", zips_beside_each_other_in_zips, "rejected has more than 200 files or 20 MiB"),
    Made("zip-of-bzip2", zip_of_bzip2, "rejected work.zip"),
    Made("notebook-of-shell-calls", notebook_of_shell_calls, "rejected has more than 100 lines of IPython's magics"),
    Made("notebook-of-other-spelling", notebook_of_other_spelling, "rejected has more than 2000 cells"),
    Made("notebook-of-old-cells", notebook_of_old_cells, "rejected has more than 2000 cells"),
    Made("notebook-of-outputs", notebook_of_outputs, "mse_loss error is missing", ("mse_grad",)),
    Made("notebook-of-broken-cells", notebook_of_broken_cells, "mse_loss error is missing", ("mse_grad",)),
    Made("notebook-of-a-huge-number", notebook_of_a_huge_number, "rejected is not a whole notebook"),
    Made("notebook-of-timed-cells", notebook_of_timed_cells, "rejected has more than 100 lines of IPython's magics"),
    Made("notebook-of-a-long-heading", notebook_of_a_long_heading, "rejected takes more than 768 MiB to read"),
    Made("slow-script", slow_script, "rejected takes more than 4 s to read"),
    Made("many-files", many_files, "rejected has more than 200 files"),
    Made("deep-folders", deep_folders, "rejected has more than 200 files or folders"),
    Made("link-to-reference", link_to_reference, "rejected is a symbolic link"),
    Made("link-to-folder", link_to_folder, "rejected is a symbolic link"),
    Made("link-of-student", link_of_student, "rejected is a symbolic link"),
    Made("link-in-folder", link_in_folder, "rejected is a symbolic link"),
    Made("pipe", pipe, "rejected not a plain file"),
    Made("pipe-for-folder", pipe_for_folder, "rejected is not a folder"),
    Made("file-for-folder", file_for_folder, "rejected is not a folder"),
    Made("folder-for-time", folder_for_time, "mse_loss error is missing", ("mse_grad",)),
    Made("pipe-for-time", pipe_for_time, "mse_loss error is missing", ("mse_grad",)),
    Made("device-for-time", device_for_time, "mse_loss error is missing", ("mse_grad",)),
    Made("socket-for-module", socket_for_module, "rejected not a plain file"),
    Made("names-of-files", names_of_files, "mse_loss error is missing", ("mse_grad",)),
    Made("large-notebook", large_notebook, "rejected is larger than 20 MiB"),
    Made("notebook-of-many-cells", notebook_of_many_cells, "rejected has more than 2000 cells"),
    Made("notebook-of-magics", notebook_of_magics, "rejected has more than 100 lines of IPython's magics"),
    Made("notebook-deep", notebook_deep, "rejected is not a whole notebook"),
    Made("large-script", large_script, "rejected has more than 256 KiB of code"),
    Made("deep-script", deep_script, "rejected cannot be parsed"),
    Made("not-utf8", not_utf8, "rejected mse.py: is missing"),
    Made(b"name-\xff-not-utf8", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made(b"\xff", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made(rb"\udcff", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made(b"\xe9" * 60, names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("é" * 127, names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("n" * 255, names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("n" * 254, names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("[ab]", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("*", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("-", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("hostile-notebook", hostile_notebook, "quick_check error raised ValueError", ("mse_grad",)),
    Made("hostile-names", hostile_names, "rejected mse.py: is missing"),
    Made(f"name-{HTML}".replace("/", "")[:120], names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made(f"name-{TERMINAL}", names_of_results, "mse_loss error is missing", ("mse_grad",)),
    Made("shipped-modules", shipped_modules, "quick_check fail not the right value", ("mse_grad",)),
    Made("shipped-conftest", shipped_conftest, "mse_loss fail not the right value"),
)
