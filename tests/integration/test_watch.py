"""What a service looks at by itself: on a real RabbitMQ, and on a disk."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.answers.check import run_checks
from services.assembly.watch import BrokerLook, data_look, database_look, failed_look, looking
from shared import metrics
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, all_queues, dead_queue
from shared.contracts.said import said
from shared.errors import AwayError
from shared.health.state import Health
from shared.language.language import ENGLISH
from shared.settings.environment import Environment
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ


def metric(series: str) -> str:
    """The value of a series; empty if there is none."""
    found = re.search(
        rf"^{re.escape(series)} (\S+)$", metrics.exposition({}).decode(), re.MULTILINE
    )
    return found[1] if found else ""


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    """Ends what looks."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def address(rabbitmq: RabbitMQ) -> Iterator[BrokerAddress]:
    """A virtual host."""
    with rabbitmq.vhost() as url:
        yield BrokerAddress(SecretStr(url))


def _put(address: BrokerAddress, queue: str, count: int) -> None:
    sender = Sender(address, all_queues())
    message = BrokerMessage("m", "text/plain", b"x")
    sender.send([(queue, message)] * count)
    sender.flush()
    sender.close()


def test_queues_and_dead_letters_are_counted_while_nobody_works(
    address: BrokerAddress, stopped: threading.Event
) -> None:
    """O-3, F-29, F-32: the first dead letter is a number above 0 at once, whoever made it."""
    now = 100.0
    _put(address, CLASSIFIER_MAIL, 0)
    look = BrokerLook(address, stopped, every_seconds=0.05, clock=lambda: now)
    dead = f'crmservice_dead_letters{{queue="{CLASSIFIER_MAIL}"}}'
    waiting = f'crmservice_queue_waiting_seconds{{queue="{CLASSIFIER_MAIL}"}}'
    assert (metric(dead), metric(waiting)) == ("NaN", "NaN")

    with looking([look], stopped, 0.05):
        wait_until(lambda: metric(dead) == "0.0", "the first count")
        assert metric(waiting) == "0.0"
        _put(address, dead_queue(CLASSIFIER_MAIL), 1)
        wait_until(lambda: metric(dead) == "1.0", "the dead letter")
        _put(address, CLASSIFIER_MAIL, 2)
        mails = f'crmservice_queue_mails{{queue="{CLASSIFIER_MAIL}"}}'
        wait_until(lambda: metric(mails) == "2.0", "what waits")
        now = 700.0
        wait_until(lambda: metric(waiting) == "600.0", "the age")
    assert metric(f'crmservice_queue_consumers{{queue="{CLASSIFIER_MAIL}"}}') == "0.0"


def test_a_broker_that_dies_while_nothing_comes_is_told_and_so_is_its_return(
    rabbitmq: RabbitMQ, address: BrokerAddress, stopped: threading.Event
) -> None:
    """INV-9: `/ready` names it; what cannot be counted is no number, and no old one."""
    health = Health()
    _put(address, CLASSIFIER_MAIL, 0)
    look = BrokerLook(address, stopped, health, every_seconds=0.05)
    dead = f'crmservice_dead_letters{{queue="{CLASSIFIER_MAIL}"}}'

    with looking([look], stopped, 0.05):
        wait_until(lambda: health.ready, "readiness")
        assert metric(dead) == "0.0"
        rabbitmq.kill()
        try:
            wait_until(lambda: bool(health.parts()["broker"]), "the loss to be noticed")
            wait_until(lambda: metric(dead) == "NaN", "the count to be forgotten")
        finally:
            rabbitmq.start()
        wait_until(lambda: health.ready, "its return", 60)


def test_an_alarm_of_the_broker_is_told_as_what_it_is(
    rabbitmq: RabbitMQ, address: BrokerAddress, stopped: threading.Event, tmp_path: Path
) -> None:
    """F-23, INV-9: a broker that runs and takes nothing is not called away, by `check` neither."""
    health = Health()
    given = {"CRMSERVICE_DATA": str(tmp_path), "RABBITMQ_URL": address.url.get_secret_value()}
    environment = Environment.from_environ(given)
    _put(address, CLASSIFIER_MAIL, 0)
    rabbitmq.control("set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        with looking([BrokerLook(address, stopped, health, 0.05)], stopped, 0.05):
            wait_until(lambda: "alarm" in (health.parts()["broker"] or ""), "the alarm")
            (checked,) = (
                one.told_in(ENGLISH) for one in run_checks([], environment) if one.name == "broker"
            )
            rabbitmq.control("set_vm_memory_high_watermark", "0.6")
            wait_until(lambda: health.ready, "readiness", 60)
    finally:
        rabbitmq.control("set_vm_memory_high_watermark", "0.6")
    assert (checked.status, "alarm" in checked.detail) == ("fail", True)
    assert "give it room" in checked.remedy


def test_a_database_is_asked_again_and_again(stopped: threading.Event) -> None:
    """INV-9: `run` notices a database that dies while no mail comes, and its return."""
    health, away = Health(), threading.Event()

    def probe() -> None:
        if away.is_set():
            raise AwayError(said("it is away"), "database")

    with looking([database_look(probe, health)], stopped, 0.01):
        wait_until(lambda: health.ready, "readiness")
        away.set()
        wait_until(lambda: health.parts() == {"database": "it is away"}, "the loss")
        away.clear()
        wait_until(lambda: health.ready, "its return")


def test_no_look_begins_once_the_service_stops(stopped: threading.Event) -> None:
    """F-14, INV-9: a look that hangs holds up neither the others nor the end."""
    hangs, others = threading.Event(), list[int]()

    def hang() -> None:
        hangs.wait()

    with looking([hang, lambda: others.append(1)], stopped, 0.01):
        wait_until(lambda: len(others) > 2, "the other one to go on")
    assert stopped.is_set()
    assert [thread.name for thread in threading.enumerate()].count("look") == 1
    seen = len(others)
    hangs.set()
    wait_until(lambda: "look" not in [thread.name for thread in threading.enumerate()], "its end")
    assert len(others) == seen


def test_space_and_dead_letters_of_the_data_folder_are_measured(
    tmp_path: Path, stopped: threading.Event
) -> None:
    """O-3: without a broker the notes are the dead letters; the disk is told before it is full."""
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "a.json").write_text("{}", "utf-8")

    with looking([data_look(tmp_path), failed_look(tmp_path)], stopped, 0.01):
        wait_until(lambda: metric('crmservice_dead_letters{queue="failed"}') == "1.0", "the count")
        wait_until(lambda: float(metric("crmservice_data_free_bytes") or 0) > 0, "the space")
    assert float(metric("crmservice_data_size_bytes")) > 0
