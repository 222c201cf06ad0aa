"""Logging of the service: one line for each event on stderr, never with text that a user typed."""

from __future__ import annotations

import logging
from typing import Any


class TracebackFilter(logging.Filter):
    """Replaces a traceback by the type of the error, since its message may hold text that a user typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its traceback."""
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg = f"{record.msg} ({kind.__name__ if kind else 'no error'})"
            record.exc_info = None
            record.exc_text = None
        return True


LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_traceback": {"()": TracebackFilter}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "line",
            "filters": ["no_traceback"],
        }
    },
    "loggers": {
        "hcpcs": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # uvicorn's access log would write query strings, which may hold patient text.
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
