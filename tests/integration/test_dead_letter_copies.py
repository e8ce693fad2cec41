"""Copies of dead letters: by way of a real RabbitMQ, and within one process."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from services.answers.arrivals import whereabouts
from services.answers.dead_letter_copies import compare_copies
from services.answers.dead_letters import BrokerDeadLetters, LocalDeadLetters
from services.answers.replay import Replay
from services.assembly.failed_copies import FailedCopies
from services.assembly.pipeline import local_pipeline
from services.assembly.run import Tally
from services.assembly.state_recorder import dead_letter_recorder
from services.classifier import stage as classifier
from services.fetcher.failed import FailedMail
from shared.broker.local import Collector
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS, all_queues, dead_queue
from shared.broker.wire import fetched_from_broker, fetched_to_broker
from shared.contracts.messages import FetchedMail
from shared.contracts.said import said
from shared.errors import PermanentError
from shared.flow import Flow, into
from shared.health.state import Health
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.tables import dead_letter_table
from shared.retry import Backoff
from shared.settings.environment import Environment
from shared.settings.value_types import ServerAddress
from shared.worker import Worker
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.messages import a_failure
from tests.servers.dovecot import Dovecot
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

PASSWORD = "heslo"


def rows(engine: Engine) -> list[Any]:
    """The copies."""
    with engine.connect() as connection:
        return list(connection.execute(select(dead_letter_table)))


def states(engine: Engine) -> list[tuple[int, str | None]]:
    """How often each copy was released, and how it ended."""
    return [(row.released, row.ended_as) for row in rows(engine)]


class Refuses:
    """A stage that can process nothing."""

    name = "classifier"

    def handle(self, _: Sequence[FetchedMail]) -> NoReturn:
        raise PermanentError(said("no file\nnames the box"))


@contextmanager
def services(address: BrokerAddress, engine: Engine) -> Iterator[None]:
    """A classifier that refuses everything, and what records it."""
    stopped = threading.Event()
    flow: Flow[FetchedMail, FetchedMail] = Flow(
        CLASSIFIER_MAIL,
        Refuses(),
        fetched_from_broker,
        into(WRITER_COMMANDS, fetched_to_broker),
        lambda: None,
    )
    worker = Worker(flow, address, Health(), stopped, Backoff(0.05, 0.2))
    recorder = dead_letter_recorder(engine)
    threads = [
        threading.Thread(target=worker.run),
        threading.Thread(target=recorder.run, args=[address, stopped]),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(30)


def put(address: BrokerAddress, *messages: tuple[str, BrokerMessage]) -> None:
    """Publish."""
    sender = Sender(address, all_queues())
    sender.send(messages)
    sender.flush()
    sender.close()


def test_the_copy_follows_a_dead_letter_through_the_broker(
    rabbitmq: RabbitMQ, tmp_path: Path
) -> None:
    """O-2: it dies, is released, dies again, is dropped; a foreign message has no copy."""
    installation = an_installation(tmp_path)
    engine = installation.erp.engine
    mail = a_failure("").message
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        letters = BrokerDeadLetters(address)
        foreign = BrokerMessage("nobody", "text/plain", b"")
        put(
            address,
            (CLASSIFIER_MAIL, fetched_to_broker(FetchedMail(mail, b""))),
            (CLASSIFIER_MAIL, foreign),
        )
        with services(address, engine):
            wait_until(lambda: states(engine) == [(0, None)], "a copy")
            (row,) = rows(engine)
            assert (row.mail_id, row.queue) == (mail.mail_id, CLASSIFIER_MAIL)
            assert (row.box, row.source, row.reason) == (
                "crm",
                "imap:INBOX/7/12",
                "no file names the box",
            )
            first = row.died_at
            assert letters.release(lambda one: one.mail_id == str(mail.mail_id)) == 1
            wait_until(lambda: states(engine) == [(1, None)], "it to die again")
            assert rows(engine)[0].died_at > first
            assert letters.drop(lambda _: True) == 2
            wait_until(lambda: states(engine) == [(1, "dropped")], "its end")


def test_a_release_is_in_the_copy(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    """O-2: what was told while no writer worked is recorded as soon as one does."""
    engine = an_installation(tmp_path).erp.engine
    dead = fetched_to_broker(FetchedMail(a_failure("").message, b"")).dead(
        "why", "2026-11-21T08:00:00+00:00"
    )
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        put(address, (dead_queue(WRITER_COMMANDS), dead))
        assert BrokerDeadLetters(address).release(lambda _: True) == 1
        with services(address, engine):
            wait_until(lambda: states(engine) == [(1, "released")], "its end")
    assert rows(engine)[0].queue == WRITER_COMMANDS


def test_a_list_heals_the_copies(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    """O-2: a letter that the broker made itself gets a copy; one that was purged is gone."""
    installation = an_installation(tmp_path)
    engine = installation.erp.engine
    by_the_broker = fetched_to_broker(FetchedMail(a_failure("").message, b""))
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        letters = BrokerDeadLetters(address)
        put(address, (dead_queue(CLASSIFIER_MAIL), by_the_broker))

        def compare() -> int:
            looked_at = datetime.now(UTC)
            return compare_copies(address, engine, letters.all(), looked_at)

        with services(address, engine):
            assert compare() == 1
            wait_until(lambda: states(engine) == [(0, None)], "a copy")
            assert compare() == 0
            nowhere = Environment.from_environ(
                {"CRMSERVICE_DATA": str(installation.data), "RABBITMQ_URL": ""}
            )
            assert whereabouts(installation.erp, nowhere, []).dead == 1
            with administration(address) as admin:
                admin.browse(dead_queue(CLASSIFIER_MAIL), lambda _: [])
            assert compare() == 1
            wait_until(lambda: states(engine) == [(0, "gone")], "its end")
    assert whereabouts(installation.erp, nowhere, []).dead == 0


def a_mailbox(dovecot: Dovecot, folder: Path) -> Installation:
    """An installation that reads a mailbox with a mail in it."""
    dovecot.start()
    account = dovecot.add_box(f"{uuid4().hex}@firma.cz", PASSWORD)
    dovecot.deliver(account, raw_mail())
    return an_installation(
        folder,
        eml_dir=None,
        imap_url=ServerAddress(host="localhost", port=dovecot.imaps_port),
        pop3_name=account.name,
        pop3_password=SecretStr(account.password),
        ca_file=dovecot.ca_file,
    )


def _refuse(*_: object) -> NoReturn:
    raise PermanentError(said("cannot be\nread"))


def test_without_a_broker_the_copy_follows_the_note(
    dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-2: set aside, released in vain, lost and made again at a start, replayed."""
    here = a_mailbox(dovecot, tmp_path)
    engine, copies = here.erp.engine, FailedCopies(here.erp.engine)
    publisher = local_pipeline([here.box], here.erp, here.data, Tally(here.recorded.append))
    letters = LocalDeadLetters(here.data, lambda: publisher, copies.tell)
    with monkeypatch.context() as broken:
        broken.setattr(classifier, "read_mail", _refuse)
        here.run()
        (row,) = rows(engine)
        assert (row.queue, row.box, row.reason) == ("failed", "crm", "cannot be read")
        assert letters.release(lambda _: True) == 0
    assert states(engine) == [(1, None)]
    assert [one.released for one in letters.all()] == [1]
    with engine.begin() as connection:
        connection.execute(dead_letter_table.delete())
    here.run()
    assert states(engine) == [(1, None)]

    replay = Replay(here.data, here.erp, [here.box], processed=letters.processed)
    (file,) = replay.files([letters.all()[0].mail_id])
    assert [one.kept for one in replay.publish([file], publisher)] == [{}]

    assert states(engine) == [(2, "released")]
    assert letters.all() == []


def test_a_note_needs_no_database(tmp_path: Path) -> None:
    """O-2: a copy that cannot be written holds up no mail, and a start makes up for it."""
    here = an_installation(tmp_path / "here")
    without_tables = open_database(f"sqlite:///{tmp_path / 'a.db'}", makes=True)
    copies = FailedCopies(without_tables)

    FailedMail(here.data, copies.made).note(a_failure("why"))
    copies.compare(here.data, ["crm"])

    assert FailedMail(here.data).count() == 1
    here.run()
    assert states(here.erp.engine) == [(0, None)]
    without_tables.dispose()


def test_what_is_dropped_while_the_database_is_away_ends_at_the_next_start(tmp_path: Path) -> None:
    """O-2: the note is the truth; rows of boxes that are read elsewhere stay."""
    here = an_installation(tmp_path)
    engine, nobody = here.erp.engine, Collector[FetchedMail]()
    notes = FailedMail(here.data, FailedCopies(engine).made)
    notes.note(a_failure("why"))
    assert states(engine) == [(0, None)]
    LocalDeadLetters(here.data, lambda: nobody).drop(lambda _: True)

    FailedCopies(engine).compare(here.data, ["another"])
    assert states(engine) == [(0, None)]
    here.run()
    assert states(engine) == [(0, "gone")]
