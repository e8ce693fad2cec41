import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.broker.message import BrokerMessage
from shared.broker.wire import (
    classified_from_broker,
    classified_to_broker,
    described,
    fetched_from_broker,
    fetched_to_broker,
    hint_from_broker,
    hint_to_broker,
    recorded_from_broker,
    recorded_to_broker,
    state_from_broker,
    state_to_broker,
)
from shared.contracts.box_state import BoxState
from shared.contracts.calendar_hint import CalendarHint
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched, MailRecorded
from shared.errors import ContractError, PermanentError
from tests.messages import A_KEY

SOME_ID = UUID(int=7)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


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

    broker_message = fetched_to_broker(mail)

    assert (broker_message.content_type, broker_message.body) == ("message/rfc822", raw)
    assert fetched_from_broker(broker_message) == mail


def test_a_mail_travels_with_the_folder_that_it_was_in() -> None:
    """I-10: the classifier knows the folder; a message of an earlier version names none."""
    mail = a_fetched()
    in_folder = replace(mail, message=mail.message.model_copy(update={"folder": "Zakázky/2026"}))

    assert fetched_from_broker(fetched_to_broker(in_folder)).message.folder == "Zakázky/2026"
    assert "x-crmservice-folder" not in fetched_to_broker(mail).headers
    assert fetched_from_broker(fetched_to_broker(mail)).message.folder is None


def test_a_recorded_mail_is_told_to_its_fetcher() -> None:
    """I-8: as it was recorded; what is none of ours is an error that names no value."""
    mail = MailRecorded(
        mail_id=SOME_ID, box="sales", source="imap:INBOX/7/12", subject="x",
        verdict=("PROCESSED",), again=True,
    )  # fmt: skip

    assert recorded_from_broker(recorded_to_broker(mail)) == mail
    with pytest.raises(ContractError, match="is no MailRecorded"):
        recorded_from_broker(BrokerMessage("", "application/json", b'{"box": "secret"}'))


def test_the_state_of_a_box_is_told_to_the_writer() -> None:
    """O-4: as it was told; what is none of ours is an error that names no value."""
    state = BoxState(
        box="sales", source="mailbox", state="reading", waiting=3, read_at=NOW, told_at=NOW
    )

    assert state_from_broker(state_to_broker(state)) == state
    with pytest.raises(ContractError, match="is no BoxState"):
        state_from_broker(BrokerMessage("", "application/json", b"nonsense"))


def test_a_hint_is_told_to_the_calendar() -> None:
    """K-2: as it was told; what is none of ours is an error that names no value."""
    hint = CalendarHint(users=(1, 7))

    assert hint_from_broker(hint_to_broker(hint)) == hint
    with pytest.raises(ContractError, match="is no CalendarHint"):
        hint_from_broker(BrokerMessage("", "application/json", b'{"users": "secret"}'))


def test_a_large_mail_travels_without_its_body() -> None:
    """F-28: above the inline limit the classifier reads the backup."""
    mail = a_fetched(None)

    broker_message = fetched_to_broker(mail)

    assert broker_message.body == b""
    assert fetched_from_broker(broker_message) == mail


def test_headers_of_the_way_are_no_fields() -> None:
    """INV-3: counts and reasons that the way adds do not make the message another one."""
    mail = a_fetched()

    broker_message = (
        fetched_to_broker(mail).once_more().dead("why", "2026-11-21T08:00:00Z").released()
    )

    assert fetched_from_broker(broker_message) == mail


@pytest.mark.parametrize(
    "spoil",
    [
        lambda broker_message: replace(broker_message, headers={}),
        lambda broker_message: replace(broker_message, body=broker_message.body + b"x"),
        lambda broker_message: replace(
            broker_message, headers={**broker_message.headers, "x-crmservice-schema-version": 2}
        ),
        lambda broker_message: replace(
            broker_message, headers={**broker_message.headers, "x-crmservice-mail-id": "x"}
        ),
    ],
)
def test_what_is_no_fetched_mail_is_refused(
    spoil: Callable[[BrokerMessage], BrokerMessage],
) -> None:
    """H-33: a broken or unknown message is a contract error, never a guess."""
    with pytest.raises(ContractError):
        fetched_from_broker(spoil(fetched_to_broker(a_fetched())))


@pytest.mark.parametrize("length", [1, 200_000])
def test_a_classified_mail_comes_back_as_it_was(length: int) -> None:
    """R-d: long ones travel compressed."""
    mail = a_classified("š" * length)

    broker_message = classified_to_broker(mail)

    assert len(broker_message.body) < 64 * 1024
    assert classified_from_broker(broker_message) == mail


@pytest.mark.parametrize(
    "broker_message",
    [
        BrokerMessage("", "application/json", b"{}"),
        BrokerMessage("", "application/json", b"\xff"),
        BrokerMessage("", "application/zlib", b"no zlib"),
        BrokerMessage(
            "", "application/zlib", classified_to_broker(a_classified("x" * 99_999)).body[:-9]
        ),
    ],
)
def test_what_is_no_classified_mail_is_refused(broker_message: BrokerMessage) -> None:
    """H-33: the reason names places and kinds of errors, no values."""
    with pytest.raises(ContractError):
        classified_from_broker(broker_message)


def test_the_reason_of_a_refusal_quotes_nothing() -> None:
    """INV-7: a value that does not fit may be a mail's text."""
    broker_message = BrokerMessage(
        "", "application/json", b'{"subject": "confidential", "mail_id": "secret"}'
    )

    with pytest.raises(ContractError) as caught:
        classified_from_broker(broker_message)

    assert "confidential" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "mail_id" in str(caught.value)


@pytest.mark.parametrize("length", [1, 200_000])
def test_a_message_tells_of_its_mail_whatever_its_form(length: int) -> None:
    """O-2: one place knows the form of messages; a compressed one is described as any other."""
    mail = a_classified("š" * length)

    assert described(classified_to_broker(mail).dead("why", "now")) == {
        "box": "sales",
        "source": "imap:INBOX/7/12",
        "received_at": "2026-11-21T08:00:00Z",
        "sha256": "00" * 32,
        "backup_key": A_KEY,
    }


def test_a_message_of_the_fetcher_tells_of_its_mail_by_its_headers() -> None:
    """O-2: its size, too."""
    mail = a_fetched()

    found = described(fetched_to_broker(mail))

    assert found["backup_key"] == A_KEY
    assert found["size"] == str(mail.message.size)


@pytest.mark.parametrize(
    "broker_message",
    [
        BrokerMessage("", "application/json", b"["),
        BrokerMessage("", "application/json", b"[1]"),
        BrokerMessage("", "application/zlib", b"no zlib"),
        BrokerMessage("", "application/zlib", zlib.compress(b" " * (65 * 1024 * 1024), 9)),
        BrokerMessage("", "text/plain", b"", {"x-crmservice-size": "x"}),
    ],
)
def test_a_message_that_is_none_of_ours_tells_nothing(broker_message: BrokerMessage) -> None:
    """O-2, H-5: whatever lies in a queue of dead letters can be listed, within bounds."""
    assert described(broker_message) == {}


def test_what_a_message_tells_is_lines() -> None:
    """INV-7: a name that a mail server has made up reaches the terminal without its controls."""
    broker_message = fetched_to_broker(a_fetched())
    hostile = {**broker_message.headers, "x-crmservice-source": "pop3:a\nb\x1b]0;x\x07"}

    assert (
        described(replace(broker_message, headers=hostile))["source"] == "pop3:a b\ufffd]0;x\ufffd"
    )


def test_a_long_message_weighs_what_it_unpacks_to() -> None:
    """F-32: the writer's bites are bounded by what its mails take in memory."""
    broker_message = classified_to_broker(a_classified("š" * 200_000))

    assert broker_message.weight > 400_000 > len(broker_message.body)
    light = replace(broker_message, headers={"x-crmservice-size": 1000})
    with pytest.raises(ContractError, match="longer than"):
        classified_from_broker(light)


def test_a_mail_that_gives_too_much_is_refused_by_whoever_sends_it() -> None:
    """F-28: the writer need not find out; the reason names the bounds."""
    with pytest.raises(PermanentError, match="more than the 8388608"):
        classified_to_broker(a_classified("x" * (9 * 1024 * 1024)))


def test_a_command_of_tomorrow_is_refused_with_a_clear_reason() -> None:
    """H-33: an unknown kind of effect is never left out; it is named, with what to do."""
    fields = json.loads(a_classified().model_dump_json()) | {"commands": [{"kind": "add_comment"}]}
    broker_message = BrokerMessage("", "application/json", json.dumps(fields).encode())

    with pytest.raises(ContractError, match=r"kind 'add_comment'.*release the mail"):
        classified_from_broker(broker_message)


@pytest.mark.parametrize(
    "key",
    [
        "/etc/passwd",
        "../../etc/passwd",
        ".",
        "POP3Downloads/2026-11-21/../../secret.eml",
        f"POP3Downloads/2026-11-21/{SOME_ID}.eml\n",
        f"POP3Downloads/2026-11-21/{SOME_ID}.part",
        f"x/POP3Downloads/2026-11-21/{SOME_ID}.eml",
        f"POP3Downloads//2026-11-21/{SOME_ID}.eml",
    ],
)
def test_a_key_that_is_no_backups_is_refused(key: str) -> None:
    """I-5: nothing that a message names is opened but a backup; a part of a mail likewise."""
    broker_message = fetched_to_broker(a_fetched())
    with pytest.raises(ContractError, match="backup_key"):
        fetched_from_broker(
            replace(
                broker_message, headers={**broker_message.headers, "x-crmservice-backup-key": key}
            )
        )

    fields = json.loads(Path("tests/examples/mail_classified.v1.json").read_text("utf-8"))
    fields["content"]["attachments"][0]["backup_key"] = key
    with pytest.raises(ContractError, match="content"):
        classified_from_broker(BrokerMessage("", "application/json", json.dumps(fields).encode()))


def test_a_compressed_bomb_is_not_unpacked() -> None:
    """H-5: what would fill the memory is refused."""
    bomb = zlib.compress(b"x" * (65 * 1024 * 1024), 9)

    with pytest.raises(ContractError, match="cut, or longer"):
        classified_from_broker(BrokerMessage("", "application/zlib", bomb))
