"""Logs: what sets them up, and when."""

import io
import json
import subprocess
import sys

from shared.log import PENDING, Logger, configure_logging


def test_an_event_has_its_fields_and_those_of_its_logger() -> None:
    """House: one line of JSON an event, at least of the level that is wanted."""
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    log = Logger(stage="writer").bind(mail_id="1")

    log.debug("not wanted")
    log.warning("waiting", part="database")

    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert {name: told[name] for name in ("event", "level", "stage", "mail_id", "part")} == {
        "event": "waiting",
        "level": "warning",
        "stage": "writer",
        "mail_id": "1",
        "part": "database",
    }


def test_an_error_has_the_traceback_of_what_was_raised() -> None:
    """House: a bug is told once, with where it happened."""
    stream = io.StringIO()
    configure_logging("error", "json", stream)
    try:
        int("x")
    except ValueError as error:
        Logger().error("unexpected", exc_info=error)

    assert "test_log.py" in json.loads(stream.getvalue())["exception"]


def test_the_last_configuration_counts_once() -> None:
    """House: it is carried out by the first event, and by no later one."""
    first, last = io.StringIO(), io.StringIO()
    configure_logging("info", "json", first)
    configure_logging("info", "json", last)

    Logger().info("one")

    assert PENDING == []
    assert (first.getvalue(), len(last.getvalue().splitlines())) == ("", 1)


def test_without_an_event_that_is_wanted_structlog_is_not_imported() -> None:
    """O-6: most commands have nothing to log."""
    asked = (
        "import sys; from shared.log import Logger, configure_logging;"
        "configure_logging('info'); Logger().debug('x'); print('structlog' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"
