"""`crmservice fetcher`."""

from services.assembly.fetcher_service import run_fetcher
from services.operator.commands.options import Config, begin_with


def fetcher(config: Config) -> None:
    """Read mailboxes and directories, back mail up, hand it to the broker.

    Example:
      crmservice fetcher --config crm.xml

    Runs until SIGTERM. One process reads a box at a time: a second one stands by and
    takes over within seconds. Needs RABBITMQ_URL and CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_fetcher(boxes, environment)
