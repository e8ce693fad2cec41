"""Structured logs (structlog): one line an event, with the mail id wherever a mail is at hand.

Logs go to standard error, as JSON unless a person reads them on a terminal. No address, subject
or text of a mail is logged, and no secret.
"""

import logging
import sys
from typing import Literal, TextIO

import structlog

from shared.streams import is_utf8

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]


def configure_logging(
    level: LogLevel,
    log_format: LogFormat = "auto",
    stream: TextIO | None = None,
    *,
    coloured: bool = True,
) -> None:
    """Set up logging for this process.

    Args:
        level: The lowest level that is written.
        log_format: `auto` means `console` on a terminal and `json` elsewhere.
        stream: Where to; standard error by default.
        coloured: Whether the console form has colours on a terminal.
    """
    stream = stream or sys.stderr
    readable = log_format == "console" or (log_format == "auto" and stream.isatty())
    renderer = (
        structlog.dev.ConsoleRenderer(colors=coloured and stream.isatty())
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=not is_utf8(stream))
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
