"""Dead letters of every form are listed with what is known of their mails."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from services.answers.dead_letters import BrokerDeadLetters, LocalDeadLetters, NamedLetters
from services.fetcher.failed import FailedMail, FailedMailNote
from shared.broker.local import Collector
from shared.broker.message import RELEASED, BrokerMessage
from shared.broker.port import Receipt
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS, all_queues, dead_queue
from shared.broker.wire import classified_to_broker
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.errors import ConfigurationError
from tests.messages import A_KEY
from tests.servers.rabbitmq import RabbitMQ

_MB = 1024 * 1024


def _classified(subject: str) -> MailClassified:
    example = json.loads(Path("tests/examples/mail_classified.v1.json").read_text("utf-8"))
    return MailClassified.model_validate(example | {"subject": subject})


def test_a_compressed_dead_letter_tells_of_its_mail(rabbitmq: RabbitMQ) -> None:
    """O-2: box, source and backup of a mail whose message was too long to travel as it is."""
    mail = _classified("x" * 100_000)
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        sender = Sender(address, all_queues())
        dead = classified_to_broker(mail).dead("why", "2026-11-21T08:00:00Z")
        forged = BrokerMessage("a\x1b[2J", "text/plain", b"", {RELEASED: "many", "x-other": "b"})
        sender.send([(dead_queue(WRITER_COMMANDS), each) for each in (dead, forged)])
        sender.flush()
        sender.close()

        found, other = BrokerDeadLetters(address).all()

    assert (found.mail_id, found.reason) == (str(mail.mail_id), "why")
    assert found.details["box"] == "crm"
    assert found.details["source"] == mail.source
    assert found.details["backup_key"] == mail.backup_key
    assert (other.mail_id, other.released, other.details) == ("a\ufffd[2J", 0, {})


@pytest.mark.parametrize(
    "mail_id", ["not a UUID", "", "mail-1", "154C463D-386A-5B61-BF0D-6B2CD91A1BCB"]
)
def test_a_dead_letter_is_named_by_whatever_id_it_has(rabbitmq: RabbitMQ, mail_id: str) -> None:
    """O-2: foreign messages die, too; each can be released and dropped without the others."""
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        sender = Sender(address, all_queues())
        kept = BrokerMessage("another", "text/plain", b"")
        dead = BrokerMessage(mail_id, "text/plain", b"")
        sender.send([(dead_queue(CLASSIFIER_MAIL), each) for each in (dead, kept, dead)])
        sender.flush()
        sender.close()
        letters = BrokerDeadLetters(address)
        named = NamedLetters([mail_id, "nobody"])

        assert letters.drop(named) == 2
        assert named.missing == {"nobody"}
        assert [one.mail_id for one in letters.all()] == ["another"]


def test_where_nothing_can_be_asked_nothing_is_said(tmp_path: Path) -> None:
    """O-2: a data folder that is not there holds no dead letters that anybody could know of."""
    publisher = Collector[FetchedMail]()

    with pytest.raises(ConfigurationError, match="RABBITMQ_URL is not set"):
        LocalDeadLetters(tmp_path / "nowhere", lambda: publisher).all()
    assert LocalDeadLetters(tmp_path, lambda: publisher).all() == []


class AnEnd(Collector[FetchedMail]):
    """Remembers the batches that came; takes all mails but one."""

    def __init__(self, postponed: UUID) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.postponed = postponed

    def flush(self) -> Receipt:
        batch = self.take()
        self.batches.append(len(batch))
        return Receipt({}, {m.mail_id: "why" for m in batch if m.mail_id == self.postponed})


def test_many_large_dead_letters_are_released_in_bounded_batches(tmp_path: Path) -> None:
    """O-2, F-32: memory does not hold all of them; one that cannot be handled keeps its note."""
    notes = FailedMail(tmp_path)
    ids = [uuid4() for _ in range(10)]
    for each in ids:
        message = MailFetched(
            mail_id=each, box="crm", source="imap:1", received_at=datetime.now(UTC),
            size=3 * _MB, sha256="0" * 64, backup_key=A_KEY,
        )  # fmt: skip
        notes.note(FailedMailNote(message, "why", "2026-11-21T08:00:00+00:00"))
    end = AnEnd(ids[0])

    assert LocalDeadLetters(tmp_path, lambda: end).release(lambda _: True) == 9

    assert end.batches == [2] * 5
    assert [one.message.mail_id for one in notes.all()] == [ids[0]]
