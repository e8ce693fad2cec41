"""What is told of a dead letter, read from the message itself."""

import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.broker.dead_letter_notes import note_of, told_of
from shared.broker.message import DIED_AT, RELEASED, SIZE, BrokerMessage, Header
from shared.broker.wire import fetched_to_broker, note_from_broker
from shared.contracts.messages import FetchedMail
from shared.errors import ContractError
from tests.messages import a_failure

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL = str(UUID(int=7))


def a_dead() -> BrokerMessage:
    """A fetched mail that died at noon."""
    fetched = fetched_to_broker(FetchedMail(a_failure("").message, b""))
    return fetched.dead("one\nline", NOON.isoformat())


def test_a_note_tells_where_a_mail_died_and_why() -> None:
    """O-2: box, source and reason; through the broker it is the same note."""
    ((queue, message),) = told_of("classifier.mail", a_dead(), NOON)

    note = note_from_broker(message)
    assert queue == "writer.dead-letters"
    assert (note.mail_id, note.queue, note.box) == (UUID(int=7), "classifier.mail", "crm")
    assert (note.source, note.reason, note.died_at) == ("imap:INBOX/7/12", "one line", NOON)
    assert (note.released, note.ended_as, note.told_at) == (0, None, NOON)
    with pytest.raises(ContractError, match="is no DeadLetterNote"):
        note_from_broker(BrokerMessage("", "application/json", b"{}"))


def test_an_ending_is_never_before_the_death() -> None:
    """O-2: clocks of several machines differ; a release is counted with its ending."""
    note = note_of("classifier.mail", a_dead(), NOON - timedelta(minutes=1), "released")

    assert note is not None
    assert (note.told_at, note.released, note.ended_as) == (NOON, 1, "released")


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-21T12:00:00", 7])
def test_forged_headers_give_a_note_all_the_same(moment: Header) -> None:
    """O-2: a moment without zone is none, a count is never below none or beyond its column."""
    for released, counted in ((-5, 0), (2**40, 2**31 - 1)):
        headers = {DIED_AT: moment, RELEASED: released}
        note = note_of("classifier.mail", BrokerMessage(MAIL, "text/plain", b"", headers), NOON)
        assert note is not None
        assert (note.died_at, note.told_at, note.released) == (None, NOON, counted)


def test_what_is_about_no_mail_has_no_note() -> None:
    """O-2: foreign messages die, too."""
    assert told_of("classifier.mail", BrokerMessage("mail-1", "text/plain", b""), NOON) == []


def test_a_message_that_consumers_may_have_died_of_is_not_unpacked() -> None:
    """F-15: what it would take into memory is more than a note of it is worth."""
    body = b'{"box": "crm"}'
    heavy = BrokerMessage(MAIL, "application/zlib", zlib.compress(body), {SIZE: 2**30})
    light = BrokerMessage(MAIL, "application/zlib", zlib.compress(body), {SIZE: len(body)})

    found = [note_of("writer.commands", each, NOON) for each in (heavy, light)]

    assert [note.box for note in found if note] == [None, "crm"]
