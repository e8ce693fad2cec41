"""What every service and some commands need: the broker's address, health, an orderly end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.assembly.stopping import set_by_signals
from services.assembly.version import version
from shared import metrics
from shared.broker.rabbitmq.address import BrokerAddress
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.health.server import serving
from shared.health.state import Health
from shared.settings.environment import Environment


def broker_address(environment: Environment, client: str) -> BrokerAddress:
    """Return where the broker is.

    Raises:
        ConfigurationError: RABBITMQ_URL is not set.
    """
    if environment.rabbitmq_url is None:
        remedy = said("Set it to the broker's address; without a broker, use crmservice run.")
        raise ConfigurationError(
            [ConfigProblem("environment variable RABBITMQ_URL", said("is missing"), remedy)]
        )
    return BrokerAddress(
        environment.rabbitmq_url, environment.rabbitmq_ca_file, f"crmservice {client}"
    )


@contextmanager
def running(environment: Environment) -> Iterator[tuple[Health, threading.Event]]:
    """Health, served while the block runs, and an event that SIGTERM and SIGINT set."""
    metrics.begin(version())
    health, stopped = Health(), threading.Event()
    address, port = environment.metrics_address, environment.metrics_port
    with set_by_signals(stopped), serving(health, address, port):
        yield health, stopped
