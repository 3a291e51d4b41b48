"""nbgrader's log on the terminal: students' names, files and errors in it cannot control the terminal."""

from __future__ import annotations

import logging
from typing import Any

from autograder.base.text import plain


def clean() -> None:
    """Clean all that this process logs from now on, including tracebacks. It may be called more than once."""
    before = logging.getLogRecordFactory()
    if isinstance(before, _Factory):
        return
    logging.setLogRecordFactory(_Factory(before))


class _Factory:
    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self.before(*args, **kwargs)
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return record  # logging itself complains of a message that does not fit its arguments
        if plain(said) != said:
            record.msg, record.args = plain(said), ()
        if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
            # A formatter uses a text that is already set.
            record.exc_text = plain(logging.Formatter().formatException(record.exc_info))
        return record
