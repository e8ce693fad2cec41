"""The services: each runs one stage in the foreground until it is told to stop."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine

from services.operator.composition import (
    Erp,
    classifier_stage,
    open_erp,
    prepare_writer,
    writer_stage,
)
from services.operator.feeds import Feeds, boxes_to_read, broker_outlet
from services.operator.paths import Use, require_paths
from services.operator.run import run_feeds
from services.operator.stopping import set_by_signals
from shared.backup.store import BackupStore
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS
from shared.broker.wire import classified_to_letter, letter_to_classified, letter_to_fetched
from shared.contracts.messages import FetchedMail, MailClassified, MailRecorded
from shared.errors import ConfigurationError, PermanentError, Problem, TransientError
from shared.health import Health
from shared.health_server import serving
from shared.netgenium.inspection import require_schema
from shared.netgenium.probe import answers, takes_writes
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.worker import Flow, In, Out, Worker

WRITER_PREFETCH = 50
"""A classified mail may weigh some megabytes, where a fetched one stays below the inline limit."""


def run_fetcher(boxes: Sequence[Box], environment: Environment) -> None:
    """Read mailboxes and directories; mail goes to the classifier's queue.

    Raises:
        ConfigurationError: Boxes or broker address cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.FETCH)
    ready = boxes_to_read(boxes)
    outlet = broker_outlet(broker_address(environment, "fetcher"))
    with running(environment) as (health, stopped):
        BackupStore(environment.data).discard_halves()
        run_feeds(Feeds(environment.data, outlet).of(ready), health, stopped)


def run_classifier(boxes: Sequence[Box], environment: Environment) -> None:
    """Classify fetched mail; commands go to the writer's queue.

    Raises:
        ConfigurationError: Mapping, schema, queues or addresses cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.CLASSIFY)
    erp = open_erp(environment)
    flow: Flow[FetchedMail, MailClassified] = Flow(
        CLASSIFIER_MAIL,
        classifier_stage(boxes, erp, environment.data),
        letter_to_fetched,
        WRITER_COMMANDS,
        classified_to_letter,
        DatabaseProbe(erp),
    )
    _run_worker(flow, environment)


def run_writer(boxes: Sequence[Box], environment: Environment) -> None:
    """Apply commands to the ERP, a group of mails in one transaction.

    Raises:
        ConfigurationError: Mapping, schema, queues or addresses cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.WRITE)
    erp = open_erp(environment)
    flow: Flow[MailClassified, MailRecorded] = Flow(
        WRITER_COMMANDS,
        writer_stage(boxes, erp, environment.data),
        letter_to_classified,
        None,
        None,
        DatabaseProbe(
            erp, partial(prepare_writer, boxes[0], erp, environment.data), proof=takes_writes
        ),
        prefetch=WRITER_PREFETCH,
    )
    _run_worker(flow, environment)


def broker_address(environment: Environment, client: str) -> BrokerAddress:
    """Where the broker is.

    Raises:
        ConfigurationError: RABBITMQ_URL is not set.
    """
    if environment.rabbitmq_url is None:
        remedy = "Set it to the broker's address; without a broker, use crmservice run."
        raise ConfigurationError(
            [Problem("environment variable RABBITMQ_URL", "is missing", remedy)]
        )
    return BrokerAddress(
        environment.rabbitmq_url, environment.rabbitmq_ca_file, f"crmservice {client}"
    )


@contextmanager
def running(environment: Environment) -> Iterator[tuple[Health, threading.Event]]:
    """Health, served while the block runs, and an event that SIGTERM and SIGINT set."""
    health, stopped = Health(), threading.Event()
    address, port = environment.metrics_address, environment.metrics_port
    with set_by_signals(stopped), serving(health, address, port):
        yield health, stopped


@dataclass(slots=True)
class DatabaseProbe:
    """Whether the database can be used; looks at its schema the first time.

    Attributes:
        erp: The database and its mapping.
        first: What else is done when it answers for the first time.
        proof: Asks the database to show it: to answer, or to let us write, too.
    """

    erp: Erp
    first: Callable[[], None] = lambda: None
    proof: Callable[[Engine], None] = answers
    _looked: bool = field(default=False, init=False)

    def __call__(self) -> None:
        """Return if it can be used.

        Raises:
            TransientError: It cannot, or its schema cannot be looked at now.
            ConfigurationError: It does not fit the mapping.
        """
        if not self._looked:
            self._look()
        self.proof(self.erp.engine)

    def _look(self) -> None:
        try:
            require_schema(self.erp.engine, self.erp.tables)
        except PermanentError as error:
            # A database that is being restored, or rights that come later: waiting helps.
            raise TransientError(str(error)) from error
        self.first()
        self._looked = True


def _run_worker(flow: Flow[In, Out], environment: Environment) -> None:
    address = broker_address(environment, flow.stage.name)
    with running(environment) as (health, stopped):
        Worker(flow, address, health, stopped).run()
