"""Structured logs (structlog): one line an event, with the mail id wherever a mail is at hand.

Logs go to standard error, as JSON unless a person reads them on a terminal. No address, subject
or text of a mail is logged, and no secret. structlog takes a tenth of a second to import, and most
commands have nothing to log: it comes with the first event.
"""

import logging
import sys
from collections.abc import Callable
from typing import Literal, TextIO, get_args

from shared.streams import is_utf8

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

PENDING: list[Callable[[], None]] = []
"""What sets structlog up: asked for, and done by the first event."""

UNWANTED: set[LogLevel] = set()
"""Levels of events that are not written: none until logging is set up."""


class Logger:
    """Writes events.

    Args:
        fields: Part of each event.
    """

    def __init__(self, **fields: object) -> None:  # noqa: D107 - above
        self._fields = fields

    def bind(self, **fields: object) -> "Logger":
        """Return a logger whose events have `fields`, too."""
        return Logger(**self._fields, **fields)

    def debug(self, event: str, **fields: object) -> None:
        """Write what only helps to understand a fault."""
        self._write("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Write what is as it should be."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write what somebody should look at."""
        self._write("warning", event, fields)

    def error(self, event: str, *, exc_info: BaseException | None = None, **fields: object) -> None:
        """Write what went wrong, with the traceback of `exc_info`."""
        self._write("error", event, fields | ({"exc_info": exc_info} if exc_info else {}))

    def _write(self, level: LogLevel, event: str, fields: dict[str, object]) -> None:
        if level in UNWANTED:
            return
        import structlog  # noqa: PLC0415

        while PENDING:
            PENDING.pop()()
        getattr(structlog.get_logger(), level)(event, **self._fields, **fields)


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
    out = stream or sys.stderr
    readable = log_format == "console" or (log_format == "auto" and out.isatty())

    def configure() -> None:
        import structlog  # noqa: PLC0415

        renderer = (
            structlog.dev.ConsoleRenderer(colors=coloured and out.isatty())
            if readable
            else structlog.processors.JSONRenderer(ensure_ascii=not is_utf8(out))
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
            logger_factory=structlog.PrintLoggerFactory(out),
            cache_logger_on_first_use=False,
        )

    PENDING[:] = [configure]
    levels = get_args(LogLevel)
    UNWANTED.clear()
    UNWANTED.update(levels[: levels.index(level)])
