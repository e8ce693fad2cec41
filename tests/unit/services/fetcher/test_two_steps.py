"""Mail is taken now and leaves once it is recorded: which words count, and when."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.fetcher.recorded_inbox import BrokerRecordedInbox, LocalRecordedInbox
from services.fetcher.sources.port import SourceMail
from services.fetcher.two_steps import TwoSteps
from shared.broker.local import Collector
from shared.broker.message import BrokerMessage
from shared.broker.wire import recorded_to_broker
from shared.contracts.messages import MailRecorded
from shared.contracts.said import said
from shared.errors import TransientError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class ASource:
    """A source that tells what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[Any]]] = []
        self.away = False

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        self.told.append(("taken", [mail.identity for _, mail in mails]))

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        self.told.append(("gone", [mail.identity for mail in mails]))

    def recorded(self, mail_ids: Iterable[UUID]) -> None:
        if self.away:
            raise TransientError(said("the memory is away"))
        self.told.append(("recorded", list(mail_ids)))


class ABox:
    """A queue with messages, each of which comes until it is acknowledged."""

    def __init__(self, *messages: BrokerMessage) -> None:
        self.messages = list(messages)

    def has_news(self) -> bool:
        return bool(self.messages)

    def receive(self) -> list[BrokerMessage]:
        return list(self.messages)

    def done(self) -> None:
        self.messages.clear()

    def close(self) -> None:
        pass


def a_word(mail_id: UUID) -> MailRecorded:
    """The writer's word."""
    return MailRecorded(
        mail_id=mail_id, box="crm", source="imap:1", subject="x", verdict=("SPAM",), again=False
    )


def some_mail(name: str) -> tuple[UUID, SourceMail]:
    """A mail of the batch."""
    return uuid4(), SourceMail(name, NOON, b"x")


@pytest.fixture
def source() -> ASource:
    """Where the mail is."""
    return ASource()


def test_what_is_recorded_by_now_goes_at_once_and_the_rest_stays(source: ASource) -> None:
    """I-8: within one process the writer was quicker than the acknowledgement."""
    inbox = LocalRecordedInbox(told := Collector[MailRecorded]())
    quick, slow = some_mail("quick"), some_mail("slow")
    inbox.publish([a_word(quick[0])])
    steps = TwoSteps(cast(Any, source), inbox)

    steps.taken([quick, slow])
    steps.taken([])

    assert source.told[:2] == [("taken", ["slow"]), ("gone", ["quick"])]
    assert not any(what == "recorded" for what, _ in source.told)
    assert [mail.mail_id for mail in told.take()] == [quick[0]]


def test_a_word_is_acknowledged_when_it_is_noted(source: ASource) -> None:
    """I-8: nobody says it a second time; what cannot be read is passed over."""
    mail_id = uuid4()
    nonsense = BrokerMessage("x", "application/json", b"nonsense")
    box = ABox(nonsense, recorded_to_broker(a_word(mail_id)))
    steps = TwoSteps(cast(Any, source), BrokerRecordedInbox(cast(Any, box)))
    source.away = True
    with pytest.raises(TransientError):
        steps.catch_up()
    kept = len(box.messages)
    source.away = False

    steps.catch_up()

    assert (kept, box.messages) == (2, [])
    assert source.told == [("recorded", [mail_id])]


def test_a_word_ends_the_wait(source: ASource) -> None:
    """I-8: mail does not stay until the next poll."""
    box, stopped = ABox(), threading.Event()
    steps = TwoSteps(cast(Any, source), BrokerRecordedInbox(cast(Any, box)))
    alarm = steps.alarm(stopped)
    assert (alarm.is_set(), alarm.wait(0.0)) == (False, False)

    box.messages.append(recorded_to_broker(a_word(uuid4())))

    assert alarm.wait() is True
    box.messages.clear()
    stopped.set()
    assert alarm.wait() is True
