"""Other people's parsers fail on what a mail holds, and never on more than that."""

from typing import NoReturn

import pytest

from services.classifier.parse.guard import guarded
from services.classifier.parse.html import sanitise_html

_META = '<meta http-equiv=content-type content="text/html; charset">'
"""On which html5ever 0.39 (nh3 0.3.7) panicked."""


class PanicError(BaseException):
    """As parsers in Rust raise it."""


@pytest.mark.parametrize("kind", [ValueError, RecursionError, MemoryError, PanicError])
def test_a_parser_that_fails_costs_its_part_of_the_mail(kind: type[BaseException]) -> None:
    """H-6: whatever a parser raises, a panic included, becomes a defect with its kind."""
    defects: list[str] = []

    assert guarded("the HTML", lambda: _fail(kind), "otherwise", defects) == "otherwise"
    assert defects == [f"the HTML cannot be read: {kind.__name__}"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_whoever_stops_the_process_is_not_held_up(kind: type[BaseException]) -> None:
    """H-6: a near miss - an end that somebody asked for is no failure of a parser."""
    with pytest.raises(kind):
        guarded("the HTML", lambda: _fail(kind), "", [])


def test_a_charset_without_a_value_ends_no_process() -> None:
    """H-6: a page on which a parser is known to panic is shown, or left out."""
    assert sanitise_html(f"{_META}<p>text</p>") in ("", "<p>text</p>")


def _fail(kind: type[BaseException]) -> NoReturn:
    raise kind
