"""The services on Firebird, as an installation of NET Genium has them, while servers go away."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.builders import raw_mail
from tests.deployment import Deployment, Service
from tests.servers.firebird import Firebird
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

_LONG = 120.0
"""Pauses grow up to a minute."""


@pytest.fixture
def deployment(rabbitmq: RabbitMQ, firebird: Firebird, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment on both servers."""
    with rabbitmq.vhost() as broker, firebird.database() as url:
        deployed = Deployment(tmp_path, broker, url)
        yield deployed
        deployed.close()
        firebird.start()


def _flows(deployment: Deployment, number: int) -> None:
    """Mail `number` comes through."""
    raw = raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=f"Mail {number}")
    deployment.drop(f"{number}.eml", raw)
    wait_until(lambda: len(deployment.list("journal")) == number, f"mail {number}", _LONG)


def _all_ready(services: Sequence[Service]) -> None:
    wait_until(lambda: all(one.ready for one in services), "readiness", _LONG)


def _complaints(told: str) -> list[str]:
    """Return the lines of a log that are none of ours, or tell of an error that nobody awaited."""
    lines = told.splitlines()
    return [line for line in lines if not line.startswith("{") or "Traceback" in line]


def test_services_on_firebird_survive_outages(
    deployment: Deployment, firebird: Firebird, rabbitmq: RabbitMQ
) -> None:
    """F-20, F-40: database killed, every connection to the broker cut: nobody ends, all goes on."""
    services = deployment.start_all()
    workers = services[1:]
    _flows(deployment, 1)

    firebird.kill()
    # Who has nothing to do does not ask for the database.
    raw = raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject="Mail 2")
    deployment.drop("2.eml", raw)
    wait_until(lambda: not workers[0].ready, "the classifier to notice", _LONG)
    rabbitmq.control("close_all_connections", "a test")
    assert [one.process.poll() for one in services] == [None, None, None]
    firebird.start()

    wait_until(lambda: len(deployment.list("journal")) == 2, "mail 2", _LONG)
    _all_ready(services)
    rabbitmq.control("close_all_connections", "a test")
    _flows(deployment, 3)
    _all_ready(services)

    assert [one.process.poll() for one in services] == [None, None, None]
    assert [one.end() for one in services] == [0, 0, 0]
    for one in services:
        assert _complaints(one.log.read_text("utf-8")) == []
