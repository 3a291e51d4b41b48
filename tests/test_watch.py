"""`losslab check --watch` on a real terminal: a save is answered, keys work, and nothing a file does ends the watch."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from autograder.student import progress
from autograder.student.terminal import keys

ROOT = Path(__file__).parent.parent
MSE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text(encoding="utf-8")
VERDICT = r"q quit \(\d+\.\d+ s\)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "course.yml", tmp_path)
    shutil.copytree(ROOT / "assignments" / "01-mse", tmp_path / "01-mse")
    return tmp_path


def save(home: Path, **bodies: str) -> None:
    """Save the reference, with these functions done otherwise."""
    text = MSE + "".join(f"\n\ndef {name}(pred, target):\n    {body}\n" for name, body in bodies.items())
    (home / "01-mse" / "mse.py").write_text(text, encoding="utf-8")


def start(home: Path, *arguments: str) -> Any:
    return pexpect.spawn(
        sys.executable,
        ["-m", "autograder", "check", *arguments, "--watch"],
        cwd=str(home),
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        timeout=30,
        dimensions=(60, 140),
    )


@pytest.fixture
def terminal(home: Path) -> Iterator[Any]:
    save(home, mse_grad="return 1")
    child = start(home, "01-mse")
    child.expect(VERDICT)
    yield child
    child.close(force=True)


def test_the_first_open_part_is_current_and_a_save_is_answered(home: Path, terminal: Any) -> None:
    assert "part mse_grad" in terminal.before and "mse_loss ·" not in terminal.before
    save(home)
    terminal.expect("✓ mse_grad · two over n times the error")
    terminal.expect("Every part of 01-mse passes its public checks; next: losslab submit 01-mse")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_part_that_is_done_names_the_next_and_n_goes_there(home: Path, terminal: Any) -> None:
    save(home, mae_grad="return 1")
    terminal.expect("mse_grad is done; press n to go on to mae.")
    terminal.send("n")
    terminal.expect("part mae: ")
    terminal.expect("✗ mae · the sign over n")


def test_keys_show_list_hint_and_all(home: Path, terminal: Any) -> None:
    terminal.send("l")
    terminal.expect(r">\s+mse_grad\s+4.5\s+0 of 2 public checks pass")
    terminal.send("h")
    terminal.expect("hint 1 of 3, the nudge")
    terminal.send("h")
    terminal.expect("hint 2 of 3, the method")
    assert progress.hints_taken(home, "01-mse") == {"mse_grad": 2}
    terminal.send("c")
    terminal.expect("✓ huber · half the square")
    terminal.expect("15 of 17 public checks passed; 70 hidden checks run when you submit.")
    terminal.send("x")
    terminal.expect("x: no such key; h hint")


def test_watch_goes_on_where_the_student_left_off(home: Path, terminal: Any) -> None:
    save(home, mse_grad="return 1", mae_grad="return 1")
    terminal.expect(VERDICT)
    time.sleep(0.5)  # the other parts are run after the current one
    terminal.send("n")
    terminal.expect("part mae: ")
    terminal.send("q")
    terminal.expect("left off at 01-mse/mae")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1
    again = start(home)
    again.expect("part mae: ")
    again.close(force=True)


def test_ctrl_c_stops_an_endless_loop_and_not_the_watch(home: Path, terminal: Any) -> None:
    save(home, mse_grad="while True: pass")
    time.sleep(0.7)
    terminal.sendintr()
    terminal.expect("stopped by Ctrl-C")
    terminal.expect("> while True: pass")
    save(home)
    terminal.expect("✓ mse_grad · two over n times the error")
    terminal.expect("next: losslab submit")  # on a busy machine the rest of the page comes late
    time.sleep(0.5)
    terminal.sendintr()  # nothing runs now: it means leave
    terminal.expect("left off at 01-mse/mse_grad")
    terminal.expect(pexpect.EOF)


def test_a_fixed_loop_is_run_again_at_the_save(home: Path, terminal: Any) -> None:
    save(home, mse_grad="while True: pass")
    time.sleep(0.7)
    save(home)
    terminal.expect("✓ mse_grad · two over n times the error", timeout=3)
    assert "starting over" not in terminal.before


def test_code_that_cannot_be_interrupted_is_ended_by_force_at_the_save(home: Path, terminal: Any) -> None:
    # In a sleep the interrupt surely arrives inside of `try`; at a jump, Python 3.11 may have it before.
    stubborn = "import time\n    while True:\n        try: time.sleep(60)\n        except BaseException: pass"
    save(home, mse_grad=stubborn)
    time.sleep(0.7)
    save(home)
    terminal.expect("saved again, starting over")
    terminal.expect("✓ mse_grad · two over n times the error")


def test_a_save_while_the_other_parts_run_is_answered_at_once(home: Path, terminal: Any) -> None:
    save(home, huber_grad="import time; time.sleep(4)")
    terminal.expect(VERDICT)
    save(home, mse_grad="return 3")
    terminal.expect("expected .*, got 3", timeout=2)


def test_keys_work_while_a_file_runs(home: Path, terminal: Any) -> None:
    save(home, mse_grad="while True: pass")
    time.sleep(0.7)
    terminal.send("h")
    terminal.expect("hint 1 of 3, the nudge", timeout=3)


@pytest.mark.parametrize("how", ["import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_file_that_ends_python_does_not_end_the_watch(home: Path, terminal: Any, how: str) -> None:
    save(home, mse_grad=how)
    terminal.expect("Python itself ended while your file ran")
    save(home)
    terminal.expect("✓ mse_grad · two over n times the error")


def test_a_broken_file_is_one_line_and_the_next_save_is_answered(home: Path, terminal: Any) -> None:
    path = home / "01-mse" / "mse.py"
    path.write_bytes("# Größe\n".encode("cp1252"))
    terminal.expect("is not UTF-8")
    path.unlink()
    path.with_suffix(".ipynb").unlink()
    terminal.expect("01-mse: has no mse.py or mse.ipynb")
    save(home)
    terminal.expect("✓ mse_grad · two over n times the error")


def test_the_terminal_is_left_as_it_was(home: Path) -> None:
    save(home)
    shell = pexpect.spawn("/bin/sh", cwd=str(home), encoding="utf-8", timeout=30, dimensions=(60, 140))
    shell.sendline("stty -g")
    shell.expect(r"([0-9a-f:]{40,})")
    before = shell.match.group(1)
    shell.sendline(f"PYTHONPATH={ROOT} {sys.executable} -m autograder check 01-mse --watch")
    shell.expect(VERDICT)
    shell.send("q")
    shell.expect("left off")
    shell.sendline("stty -g")
    shell.expect(r"([0-9a-f:]{40,})")
    assert shell.match.group(1) == before
    shell.close(force=True)


def test_without_a_terminal_letters_come_by_lines(home: Path) -> None:
    save(home, mse_grad="return 1")
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "check", "01-mse", "--watch"],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for line in process.stdout:
            if "q quit (" in line:
                break
        process.stdin.write("q\n")
        process.stdin.flush()
        assert "left off at 01-mse/mse_grad" in process.stdout.read()
        assert process.wait(10) == 1


def test_watch_works_in_a_read_only_course(home: Path) -> None:
    (home / ".losslab").touch()  # a file where the folder should be: it cannot be written, not even by root
    save(home, mse_grad="return 1")
    child = start(home, "01-mse")
    child.expect("cannot be written .*; make the folder writable")
    child.expect(VERDICT)
    child.close(force=True)


# Keys on other systems, simulated.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_windows_keys_come_from_msvcrt_and_arrow_keys_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = ["h", "\xe0", "H", "q"]
    fake = types.SimpleNamespace(kbhit=lambda: bool(pressed), getwch=lambda: pressed.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    with keys.reading(Terminal()) as (key, single):
        assert single and [key(0.01) for _ in range(4)] == ["h", "", "q", ""]


def test_where_there_is_neither_termios_nor_msvcrt_lines_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("termios", "msvcrt", "tty"):
        monkeypatch.setitem(sys.modules, name, None)
    with keys.reading(Terminal("next\nquit\n")) as (key, single):
        assert not single and [key(1.0), key(1.0), key(0.01)] == ["n", "q", ""]


def test_a_watchdog_needs_no_signals_of_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.student.checks.watchdog import Watchdog

    for name in ("pthread_kill", "SIGALRM", "setitimer"):
        monkeypatch.delattr(signal, name)
    dog = Watchdog(0.2)
    with pytest.raises(KeyboardInterrupt), dog:
        while True:
            pass
    assert dog.bit


def test_a_watchdog_outside_of_the_main_thread_interrupts_nobody() -> None:
    from autograder.student.checks.watchdog import Watchdog

    found: list[bool] = []

    def work() -> None:
        with Watchdog(0.05) as dog:
            time.sleep(0.3)
        found.append(dog.bit)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]
