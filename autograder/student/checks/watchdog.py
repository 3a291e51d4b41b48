"""A time limit for student code that works on every system: a thread that interrupts the main thread."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

_LOOK = 0.05


class Watchdog:
    """`with Watchdog(10) as dog:` raises KeyboardInterrupt inside after ten seconds; then `dog.bit` is true.

    Student code may catch the first interrupt with a bare `except:`, so it is repeated each second. Only the main
    thread can be interrupted; in another one there is no limit. `unwanted` ends it early; then `dog.called_off`
    is true.
    """

    def __init__(self, seconds: float, unwanted: Callable[[], bool] | None = None) -> None:
        self.seconds = seconds
        self.bit = False
        self.called_off = False
        self._unwanted = unwanted
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._before: Any = None

    def __enter__(self) -> Watchdog:
        if threading.current_thread() is threading.main_thread():
            if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):  # under nohup, say
                self._before = signal.signal(signal.SIGINT, signal.default_int_handler)
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _watch(self) -> None:
        until = time.monotonic() + self.seconds
        while not self._done.wait(min(_LOOK, until - time.monotonic()) if self._unwanted else until - time.monotonic()):
            self.called_off = self.called_off or (self._unwanted is not None and self._unwanted())
            if time.monotonic() < until and not self.called_off:
                continue
            with self._lock:
                if not self._done.is_set():
                    self.bit = not self.called_off
                    _interrupt()
            until = time.monotonic() + 1.0
            self._unwanted = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._done.set()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


def _interrupt() -> None:
    """As Ctrl-C does: a signal where there are such, for it wakes a sleeping thread, too."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
