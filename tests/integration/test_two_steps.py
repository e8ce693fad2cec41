"""Mail leaves its box once it is recorded: over RabbitMQ, and within one process."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.answers.dead_letters import LocalDeadLetters
from services.assembly.feeds import Feeds, broker_sink, run_feeds
from services.assembly.pipeline import local_pipeline
from services.assembly.recorded import MemoryTeller, recorded_outlet
from services.fetcher.box_states import BoxStates
from services.fetcher.feed import Feed
from shared.broker.local import Collector
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, actions_queue
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.messages import MailRecorded
from shared.contracts.said import said
from shared.errors import PermanentError
from shared.health.state import Health
from shared.settings.box import Box
from shared.settings.value_types import ServerAddress
from tests.builders import a_box, raw_mail
from tests.installation import an_installation
from tests.servers.certificates import Authority
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.scripted import Folder, Message, ScriptedImap


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScriptedImap]:
    """An IMAP server with one mail, proved by `ca.pem`."""
    server = ScriptedImap(tls=Authority(tmp_path).server_context("localhost"))
    server.inbox.messages[3] = Message(raw_mail())
    yield server
    server.stop()


def keys(server: ScriptedImap, folder: Path) -> dict[str, Any]:
    """What makes a box of the server wait for the writer."""
    return {
        "imap_url": ServerAddress(host="localhost", port=server.port),
        "pop3_password": SecretStr("pw"),
        "ca_file": folder / "ca.pem",
        "poll_seconds": 3600,
        "dispose_after": "recorded",
    }


@pytest.fixture
def address(rabbitmq: RabbitMQ) -> Iterator[BrokerAddress]:
    """A virtual host of its own."""
    with rabbitmq.vhost() as url:
        yield BrokerAddress(SecretStr(url))


def a_feed(address: BrokerAddress, box: Box, data: Path) -> Feed:
    """The feed of a fetcher that was just started."""
    (feed,) = Feeds(data, broker_sink(address), BoxStates(lambda _: None)).of([box])
    return feed


def published(address: BrokerAddress) -> list[UUID]:
    """The mails that wait for the classifier."""
    found: list[UUID] = []
    with administration(address) as admin:
        admin.browse(CLASSIFIER_MAIL, lambda message: found.append(UUID(message.mail_id)))
    return found


def tell(
    address: BrokerAddress, box: Box, mail_id: UUID, source: str = "imap:1", **more: Any
) -> None:
    """The writer's word, as the writer sends it."""
    outlet = recorded_outlet([box])
    sender = Sender(address, outlet.queues)
    word = MailRecorded(
        mail_id=mail_id,
        box=box.name,
        source=source,
        subject="x",
        verdict=("X",),
        again=False,
        **more,
    )
    sender.send(list(outlet.addressed(word)))
    sender.flush()
    sender.close()


def waiting(address: BrokerAddress, box: Box) -> int | None:
    """How many words wait for the fetcher; None without a queue for them."""
    with administration(address) as admin:
        state = admin.state(actions_queue(box.name))
    return state.messages if state else None


def test_the_word_of_the_writer_lets_a_mail_go_at_once(
    address: BrokerAddress, server: ScriptedImap, tmp_path: Path
) -> None:
    """I-8, C-2: a fetcher that waits an hour for mail hears it, and what rules want done.

    Nothing is fetched again before.
    """
    server.inbox.messages[4] = Message(raw_mail(subject="To be moved"))
    server.folders["Done"] = Folder()
    box = a_box(**keys(server, tmp_path))
    feed, stopped = a_feed(address, box, tmp_path), threading.Event()
    args = [[feed], BoxStates(lambda _: None), Health(), stopped]
    thread = threading.Thread(target=run_feeds, args=args)
    thread.start()
    try:
        wait_until(lambda: len(published(address)) == 2, "two published mails")
        wait_until(lambda: bool(server.commands("IDLE")), "the fetcher to wait")
        there = list(server.inbox.messages)
        first, second = published(address)
        tell(address, box, first)
        tell(address, box, second, mailbox=MailboxActions(then="move", folder="Done"))
        wait_until(lambda: not server.inbox.messages, "an empty box")
        wait_until(lambda: waiting(address, box) == 0, "an empty queue")
    finally:
        stopped.set()
        thread.join(30)

    assert there == [3, 4]
    assert len(published(address)) == 2
    assert [b"To be moved" in one.raw for one in server.folders["Done"].messages.values()] == [True]


def test_a_word_waits_for_a_fetcher_that_does_not_run(
    address: BrokerAddress, server: ScriptedImap, tmp_path: Path
) -> None:
    """I-8: what was taken before a restart goes after it, and is not published again."""
    box = a_box(**keys(server, tmp_path))
    before = a_feed(address, box, tmp_path)
    before.once()
    before.close()
    (mail_id,) = published(address)
    tell(address, box, mail_id)
    tell(address, box, mail_id)

    after = a_feed(address, box, tmp_path)
    wait_until(lambda: bool(after.once()) and not server.inbox.messages, "an empty box")
    after.close()

    assert published(address) == [mail_id]


def test_only_boxes_that_ask_have_a_queue_and_files_are_no_business_of_it(
    address: BrokerAddress, server: ScriptedImap, tmp_path: Path
) -> None:
    """I-8: nothing piles up that nobody reads."""
    hasty = a_box(**keys(server, tmp_path) | {"dispose_after": "published"})
    patient = a_box(name="patient", **keys(server, tmp_path))
    files = a_box(name="files", eml_dir=tmp_path, dispose_after="recorded")
    for box, source in ((hasty, "imap:1"), (patient, "emlDir:a.eml"), (files, "emlDir:a.eml")):
        tell(address, box, UUID(int=7), source)

    assert [waiting(address, box) for box in (hasty, patient, files)] == [None, 0, None]


def test_within_one_process_a_mail_is_recorded_when_it_goes(
    server: ScriptedImap, tmp_path: Path
) -> None:
    """I-8: the same run that records a mail lets it go."""
    installation = an_installation(tmp_path, **keys(server, tmp_path))

    installation.run()

    assert server.inbox.messages == {}
    assert len(installation.recorded) == 1
    assert installation.run().verdicts.total() == 0


def test_a_mail_that_was_set_aside_goes_after_its_release(
    server: ScriptedImap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-8, O-2: without a broker the command that releases it notes that it is recorded."""
    installation = an_installation(tmp_path, **keys(server, tmp_path))
    box, erp, data = installation.box, installation.erp, installation.data
    with monkeypatch.context() as broken:
        broken.setattr("services.classifier.stage.read_mail", _refuses)
        assert installation.run().set_aside == 1
    there = list(server.inbox.messages)
    letters = LocalDeadLetters(
        data,
        lambda: local_pipeline([box], erp, data, MemoryTeller([box], data, Collector())),
    )

    assert letters.release(lambda _: True) == 1
    installation.run()

    assert there == [3]
    assert server.inbox.messages == {}
    assert len(installation.list("journal")) == 1


def _refuses(*_: object) -> None:
    raise PermanentError(said("no mail at all"))
