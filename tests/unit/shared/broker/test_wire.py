import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.broker.letters import Letter
from shared.broker.wire import (
    classified_to_letter,
    fetched_to_letter,
    letter_to_classified,
    letter_to_fetched,
)
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.errors import ContractError
from tests.messages import A_KEY


def a_fetched(raw: bytes | None = b"Subject: x\r\n\r\n\0\xff") -> FetchedMail:
    """A fetched mail."""
    content = raw or b""
    message = MailFetched(
        mail_id=uuid4(),
        box="sales",
        source="imap:INBOX/7/12",
        received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        size=len(content),
        sha256=sha256(content).hexdigest(),
        backup_key=A_KEY,
    )
    return FetchedMail(message, raw)


def a_classified(subject: str = "x") -> MailClassified:
    """A classified mail without commands."""
    return MailClassified(
        mail_id=uuid4(),
        box="sales",
        source="imap:INBOX/7/12",
        received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
        content_sha256="00" * 32,
        backup_key=A_KEY,
        key="11" * 32,
        body_sha256="22" * 32,
        subject=subject,
        sender=None,
        message_id=None,
        verdict=("SPAM", "DELETED"),
        direction=None,
        trace=(),
        commands=(),
        content=None,
    )


@given(st.binary(max_size=2000))
def test_a_fetched_mail_travels_byte_for_byte(raw: bytes) -> None:
    """I-5: the body is the mail itself, its fields are headers."""
    mail = a_fetched(raw)

    letter = fetched_to_letter(mail)

    assert (letter.content_type, letter.body) == ("message/rfc822", raw)
    assert letter_to_fetched(letter) == mail


def test_a_large_mail_travels_without_its_body() -> None:
    """F28: above the inline limit the classifier reads the backup."""
    mail = a_fetched(None)

    letter = fetched_to_letter(mail)

    assert letter.body == b""
    assert letter_to_fetched(letter) == mail


def test_headers_of_the_way_are_no_fields() -> None:
    """I3: counts and reasons that the way adds do not make the message another one."""
    mail = a_fetched()

    letter = fetched_to_letter(mail).once_more().dead("why", "2026-11-21T08:00:00Z").released()

    assert letter_to_fetched(letter) == mail


@pytest.mark.parametrize(
    "spoil",
    [
        lambda letter: replace(letter, headers={}),
        lambda letter: replace(letter, body=letter.body + b"x"),
        lambda letter: replace(
            letter, headers={**letter.headers, "x-crmservice-schema-version": 2}
        ),
        lambda letter: replace(letter, headers={**letter.headers, "x-crmservice-mail-id": "x"}),
    ],
)
def test_what_is_no_fetched_mail_is_refused(spoil: Callable[[Letter], Letter]) -> None:
    """H33: a broken or unknown message is a contract error, never a guess."""
    with pytest.raises(ContractError):
        letter_to_fetched(spoil(fetched_to_letter(a_fetched())))


@pytest.mark.parametrize("length", [1, 200_000])
def test_a_classified_mail_comes_back_as_it_was(length: int) -> None:
    """R-d: long ones travel compressed."""
    mail = a_classified("š" * length)

    letter = classified_to_letter(mail)

    assert len(letter.body) < 64 * 1024
    assert letter_to_classified(letter) == mail


@pytest.mark.parametrize(
    "letter",
    [
        Letter("", "application/json", b"{}"),
        Letter("", "application/json", b"\xff"),
        Letter("", "application/zlib", b"no zlib"),
        Letter("", "application/zlib", classified_to_letter(a_classified("x" * 99_999)).body[:-9]),
    ],
)
def test_what_is_no_classified_mail_is_refused(letter: Letter) -> None:
    """H33: the reason names places and kinds of errors, no values."""
    with pytest.raises(ContractError):
        letter_to_classified(letter)


def test_the_reason_of_a_refusal_quotes_nothing() -> None:
    """I7: a value that does not fit may be a mail's text."""
    letter = Letter("", "application/json", b'{"subject": "confidential", "mail_id": "secret"}')

    with pytest.raises(ContractError) as caught:
        letter_to_classified(letter)

    assert "confidential" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "mail_id" in str(caught.value)


def test_a_compressed_bomb_is_not_unpacked() -> None:
    """H5: what would fill the memory is refused."""
    bomb = zlib.compress(b"x" * (65 * 1024 * 1024), 9)

    with pytest.raises(ContractError, match="cut, or longer"):
        letter_to_classified(Letter("", "application/zlib", bomb))
