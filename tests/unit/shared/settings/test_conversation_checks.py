"""Settings of conversations that cannot work, and addresses of people that are boxes."""

import pytest

from shared.errors import ConfigurationError
from shared.settings.box_file import load_boxes
from tests.unit.shared.settings.conftest import WriteBox

TRUE = "true"
ON = ("conversations", TRUE)


def _complaints(*paths: object) -> list[str]:
    try:
        load_boxes(list(paths))  # type: ignore[arg-type]
    except ConfigurationError as error:
        return [f"{one.where.rpartition(':')[2]}: {one.what}" for one in error.problems]
    return []


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([("supportAddress", "s@firma.cz")], "7: supportAddress without conversations"),
        ([("ticketBox", TRUE)], "7: ticketBox without conversations"),
        ([ON, ("ticketAnswer", TRUE)], "8: ticketAnswer without ticketBox"),
        ([ON, ("ticketContract", "7")], "8: ticketContract without ticketBox"),
        (
            [ON, ("ticketBox", "false"), ("ticketSolver", "eva")],
            "9: ticketSolver without ticketBox",
        ),
    ],
)
def test_a_key_that_would_do_nothing_is_refused(
    write_box: WriteBox, lines: list[tuple[str, str]], complaint: str
) -> None:
    """E-3, E-7: with the key that it needs."""
    assert _complaints(write_box(*lines)) == [complaint]


def test_all_keys_together_load(write_box: WriteBox) -> None:
    """E-7: and what is off asks for nothing."""
    tickets = [(name, TRUE) for name in ("ticketBox", "ticketAnswer")]
    named = [("ticketSolver", "eva"), ("ticketContract", "7"), ("supportAddress", "s@firma.cz")]

    assert _complaints(write_box(ON, *tickets, *named)) == []
    assert _complaints(write_box(("conversations", "false"), ("ticketBox", "false"))) == []


@pytest.mark.parametrize("key", ["supportAddress", "errorTo"])
def test_an_address_of_people_is_no_box(write_box: WriteBox, key: str) -> None:
    """E-3, I-9: of this file or of another one, in whatever letter case."""
    first = write_box(ON, (key, "B@firma.cz"), file="a.xml")
    second = write_box(file="b.xml", pop3Email="b@firma.cz")

    assert _complaints(first, second) == [f'8: {key} "b@firma.cz" is the box of {second}']
    assert _complaints(write_box(ON, (key, "crm@firma.cz"), file="a.xml"), second) != []
    assert _complaints(write_box(ON, (key, "people@firma.cz"), file="a.xml"), second) == []
