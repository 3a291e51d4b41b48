"""Single keys from the terminal, without Enter: termios on Linux and macOS, msvcrt on Windows, lines elsewhere."""

from __future__ import annotations

import importlib
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

# Waits at most this many seconds, and returns the key that was pressed meanwhile, or "".
Keys = Callable[[float], str]


@contextmanager
def reading(stream: TextIO | None = None) -> Iterator[tuple[Keys, bool]]:
    """Yield a function that reads keys, and whether they need no Enter; restore the terminal's settings afterwards."""
    source = stream or sys.stdin
    if source is None or not source.isatty():
        yield _lines(source), False
    elif msvcrt := _module("msvcrt"):
        yield _windows(msvcrt), True
    elif (termios := _module("termios")) and (tty := _module("tty")):
        with _unbuffered(source, termios, tty):
            yield _posix(source), True
    else:
        yield _lines(source), False


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@contextmanager
def _unbuffered(source: TextIO, termios: Any, tty: Any) -> Iterator[None]:
    before = termios.tcgetattr(source)
    tty.setcbreak(source)  # keys come at once, and Ctrl-C still interrupts
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def _posix(source: TextIO) -> Keys:
    import os
    import select

    def key(seconds: float) -> str:
        ready, _, _ = select.select([source], [], [], seconds)
        return os.read(source.fileno(), 1).decode(errors="replace") if ready else ""

    return key


def _windows(msvcrt: Any) -> Keys:
    def key(seconds: float) -> str:
        until = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= until:
                return ""
            time.sleep(0.01)
        pressed = str(msvcrt.getwch())
        if pressed in ("\x00", "\xe0"):  # an arrow or a function key comes in two
            msvcrt.getwch()
            return ""
        return pressed

    return key


def _lines(source: TextIO | None) -> Keys:
    """Read the first letter of each line from a pipe; nothing once it has ended."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in source or ():
            waiting.put(line.strip()[:1])

    threading.Thread(target=read, daemon=True).start()

    def key(seconds: float) -> str:
        try:
            return waiting.get(timeout=seconds)
        except queue.Empty:
            return ""

    return key
