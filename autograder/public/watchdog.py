"""A limit on the time of student code that works on every system: a thread that interrupts the main one."""

from __future__ import annotations

import _thread
import signal
import threading
from types import TracebackType


class Watchdog:
    """`with Watchdog(10) as dog:` raises KeyboardInterrupt inside after ten seconds; then `dog.bit` is true.

    Student code may swallow the first interrupt with a bare `except:`, so it comes again each second. Only the main
    thread can be interrupted; in another one there is no limit.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.bit = False
        self._done = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> Watchdog:
        if threading.current_thread() is threading.main_thread():
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def _watch(self) -> None:
        wait = self.seconds
        while not self._done.wait(wait):
            with self._lock:
                if not self._done.is_set():
                    self.bit, wait = True, 1.0
                    _interrupt()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._done.set()


def _interrupt() -> None:
    """As Ctrl-C does: a signal where there are such, for it wakes a sleeping thread, too."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
