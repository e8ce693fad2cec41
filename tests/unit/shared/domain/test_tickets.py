from uuid import UUID

import pytest
from pydantic import SecretStr

from shared.domain.own_mail import OwnMail
from shared.domain.tickets import (
    MOST_TICKETS,
    REPLY_ABOVE,
    Ticket,
    above_marker,
    find_tickets,
    ticket,
)

OURS = OwnMail(SecretStr("one secret"))
THEIRS = OwnMail(SecretStr("another secret"))


@pytest.mark.parametrize("number", ["55", "2026-15", "2026-234567", "U-55/2"])
def test_a_tag_of_ours_is_known(number: str) -> None:
    """E-1: whatever the number looks like, and in whatever case a mail program writes the tag."""
    tag = ticket(number, OURS)
    subject = f"Re: [EXT] [#{number}-{tag[-7:-1].upper()}] Seals"

    (found,) = find_tickets(subject, OURS)

    assert found == Ticket(number, tagged=True)


@pytest.mark.parametrize(
    "subject",
    [
        ticket("55", THEIRS),
        ticket("56", OURS).replace("56", "55"),
        f"{ticket('55', OURS)[:-2]}{'a' if ticket('55', OURS)[-2] != 'a' else 'b'}]",
        "[#55-zzzzz9]",
    ],
)
def test_a_forged_tag_is_no_tag(subject: str) -> None:
    """E-1: another installation's, another task's, a changed one: as no number, noted."""
    assert find_tickets(subject, OURS) == (Ticket("55", wrong=True),)


def test_without_a_secret_no_tag_is_right() -> None:
    """E-1: an installation that has mailed nothing has made no tag."""
    assert find_tickets(ticket("55", OURS), None) == (Ticket("55", wrong=True),)


def test_a_number_with_a_year_is_no_number_with_a_tag() -> None:
    """E-1: `2026-234567` is taken for what it is, unless its end is the right tag."""
    assert find_tickets("[#2026-234567]", OURS) == (Ticket("2026-234567"),)


def test_the_right_tag_goes_before_bare_numbers() -> None:
    """E-1: a subject that quotes several tasks belongs to the one whose tag it has."""
    found = find_tickets(f"[#1] [#2-aaaaaa] {ticket('55', OURS)} [#1]", OURS)

    assert found == (Ticket("55", tagged=True), Ticket("1"), Ticket("2", wrong=True))


@pytest.mark.parametrize(
    "subject",
    ["#55", "[55]", "[#]", "[# 55]", "[#55", "[#-k3f9q2]", "Task:55", "[#1234567890123456789]"],
)
def test_nothing_else_is_a_number_of_a_task(subject: str) -> None:
    """E-1: `Task:` never files; only the brackets do."""
    assert find_tickets(subject, OURS) == ()


def test_a_subject_full_of_numbers_asks_for_few() -> None:
    """E-1, H-3: what one mail has looked up is bounded."""
    assert len(find_tickets(" ".join(f"[#{one}]" for one in range(1000)), OURS)) == MOST_TICKETS


@pytest.mark.parametrize("marker", REPLY_ABOVE.values())
@pytest.mark.parametrize("quote", ["", "> ", "> > ", "*"])
def test_an_answer_is_what_stands_above_the_marker(marker: str, quote: str) -> None:
    """E-1: however the mail program quotes the line."""
    assert above_marker(f"Thanks.\n\nBye\n\n{quote}{marker}\n> old") == "Thanks.\n\nBye"


def test_without_the_marker_nothing_is_above_it() -> None:
    """E-1: words about the line are not the line."""
    assert above_marker("## Please write above\nHello") is None


def test_a_message_id_of_ours_names_its_row() -> None:
    """E-1a: a changed or foreign one names none."""
    unique = UUID(int=9)
    message_id = OURS.message_id(unique, "firma.cz")

    assert OURS.unique_of(message_id) == unique
    assert THEIRS.unique_of(message_id) is None
    assert OURS.unique_of("<a@b>") is None
