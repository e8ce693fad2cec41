"""Each service's user at a real RabbitMQ: what it needs, and nothing else (INV-11)."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.broker.definitions import definitions, rights
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.rabbitmq.connection import BrokerConnection
from shared.broker.sender import Sender
from shared.broker.topology import (
    CALENDAR_CHANGES,
    CALENDAR_LEASE,
    CLASSIFIER_MAIL,
    WRITER_BOXES,
    WRITER_COMMANDS,
    WRITER_DEAD_LETTERS,
    actions_queue,
    actions_queue_of,
    dead_queue,
    lease_queue,
    queues_of,
    retry_queue,
)
from shared.errors import BrokerRefusedError, CRMServiceError
from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

MESSAGE = BrokerMessage("", "text/plain", b"x")
EVERYWHERE = (
    CLASSIFIER_MAIL,
    WRITER_COMMANDS,
    WRITER_BOXES,
    WRITER_DEAD_LETTERS,
    CALENDAR_CHANGES,
    CALENDAR_LEASE,
    dead_queue(CLASSIFIER_MAIL),
    dead_queue(WRITER_COMMANDS),
    retry_queue(CLASSIFIER_MAIL, 1),
    retry_queue(WRITER_COMMANDS, 1),
    actions_queue("crm"),
)
NOTES = {WRITER_DEAD_LETTERS}
OF_MAIL = {CLASSIFIER_MAIL, retry_queue(CLASSIFIER_MAIL, 1), dead_queue(CLASSIFIER_MAIL)}
OF_COMMANDS = {WRITER_COMMANDS, retry_queue(WRITER_COMMANDS, 1), dead_queue(WRITER_COMMANDS)}
DEAD = {dead_queue(CLASSIFIER_MAIL), dead_queue(WRITER_COMMANDS)}
MAY_PUBLISH = {
    "fetcher": {CLASSIFIER_MAIL, WRITER_BOXES, actions_queue("crm")},
    "classifier": OF_MAIL | NOTES | {WRITER_COMMANDS},
    "writer": OF_COMMANDS | NOTES | {actions_queue("crm"), CALENDAR_CHANGES},
    "calendar": set[str](),
    "operator": DEAD | NOTES | {CLASSIFIER_MAIL, WRITER_COMMANDS},
}
MAY_CONSUME = {
    "fetcher": {actions_queue("crm")},
    "classifier": {CLASSIFIER_MAIL},
    "writer": {WRITER_COMMANDS, WRITER_BOXES, WRITER_DEAD_LETTERS},
    "calendar": {CALENDAR_LEASE, CALENDAR_CHANGES},
    "operator": DEAD,
}


class Broker:
    """A virtual host with the definitions in it, and its users."""

    def __init__(self, server: RabbitMQ, url: str) -> None:
        self._server = server
        self._vhost = url.rpartition("/")[2]
        self.url = url
        loaded = json.dumps(definitions(str)).replace('"vhost": "/"', f'"vhost": "{self._vhost}"')
        content = json.loads(loaded)
        for user in content["users"]:
            user["name"] = user["password"] = self._login(user["name"])
        for permission in content["permissions"]:
            permission["user"] = self._login(permission["user"])
        del content["vhosts"]
        server.load(content)
        with administration(BrokerAddress(SecretStr(url))) as admin:
            admin.declare([actions_queue_of("crm")])
        owner = BrokerConnection(BrokerAddress(SecretStr(url)))
        owner.open()
        owner.hold(CALENDAR_LEASE)
        owner.close()

    def _login(self, service: str) -> str:
        return f"{self._vhost}-{service}"

    def url_of(self, service: str) -> str:
        """The address for a service."""
        return self._server.url(self._vhost, self._login(service))

    def address(self, service: str) -> BrokerAddress:
        """The same, to connect with."""
        return BrokerAddress(SecretStr(self.url_of(service)))


@pytest.fixture(scope="module")
def broker(rabbitmq: RabbitMQ) -> Iterator[Broker]:
    """One for all tests here: they change nothing that another asks for."""
    with rabbitmq.vhost() as url:
        yield Broker(rabbitmq, url)


def _publishes(address: BrokerAddress, queue: str) -> bool:
    connection = BrokerConnection(address)
    connection.open()
    try:
        connection.publish([(queue, MESSAGE)])
        connection.flush()
    except CRMServiceError:
        return False
    finally:
        connection.close()
    return True


def _consumes(address: BrokerAddress, queue: str) -> bool:
    connection = BrokerConnection(address)
    connection.open()
    try:
        connection.consume(queue, 1)
    except BrokerRefusedError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.parametrize("service", sorted(rights()))
def test_a_service_publishes_where_its_work_goes_and_nowhere_else(
    broker: Broker, service: str
) -> None:
    """INV-11: whoever has taken over one service cannot speak for another."""
    address = broker.address(service)

    assert {queue for queue in EVERYWHERE if _publishes(address, queue)} == MAY_PUBLISH[service]


@pytest.mark.parametrize("service", sorted(rights()))
def test_a_service_reads_its_own_queues_and_no_other(broker: Broker, service: str) -> None:
    """INV-11: nobody reads, or takes away, what is meant for another."""
    address = broker.address(service)

    assert {queue for queue in EVERYWHERE if _consumes(address, queue)} == MAY_CONSUME[service]


@pytest.mark.parametrize("service", sorted(rights()))
def test_a_service_makes_and_removes_no_queue_of_others(broker: Broker, service: str) -> None:
    """INV-11: what is declared already is only looked at; a queue that is missing is told."""
    with administration(broker.address(service)) as admin:
        admin.declare(queues_of(CLASSIFIER_MAIL))
        with pytest.raises(CRMServiceError, match="no right to make them"):
            admin.declare(queues_of("writer.invented"))


def test_a_fetcher_makes_the_queues_of_a_new_box(broker: Broker) -> None:
    """INV-11, I-6: boxes come and go without anybody who changes the broker."""
    address = broker.address("fetcher")
    with administration(address) as admin:
        admin.declare([actions_queue_of("new")])
    sender = Sender(address, queues_of(CLASSIFIER_MAIL), lease_queue("new"))
    sender.connect()
    sender.close()


def test_mail_goes_through_services_that_each_have_their_own_user(
    broker: Broker, tmp_path: Path
) -> None:
    """INV-11: the rights are enough for the work."""
    with ExitStack() as stack:
        deployment = Deployment(tmp_path, broker.url)
        stack.callback(deployment.close)
        for service in ("fetcher", "classifier", "writer"):
            deployment.rabbitmq_url = broker.url_of(service)
            deployment.start(service)
        deployment.drop("a.eml", raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz"))

        wait_until(lambda: len(deployment.list("activities")) == 1, "the activity")

        deployment.rabbitmq_url = broker.url_of("operator")
        asked = deployment.call("dead-letters", "list", "--json")
        assert (asked.returncode, asked.stderr) == (0, "")
