"""The SDK's log without the words of a request: its errors may quote what was asked."""

from __future__ import annotations

import logging

log = logging.getLogger("hcpcs.mcp")


class WithoutWords(logging.Handler):
    """Writes, for each warning or error of the SDK, which part of it spoke and the type of the error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line without the record's message."""
        kind = record.exc_info[0] if record.exc_info else None
        log.log(record.levelno, "%s at %s:%d", kind.__name__ if kind else "event", record.name, record.lineno)


def without_words() -> None:
    """Send what the SDK logs through `WithoutWords` only."""
    logger = logging.getLogger("mcp")
    if not any(isinstance(handler, WithoutWords) for handler in logger.handlers):
        logger.handlers[:] = [WithoutWords(logging.WARNING)]
    logger.propagate = False
