"""`crmservice fetcher`, `crmservice classifier`, `crmservice writer`: one stage a process."""

from services.operator.commands.options import Config, begin_with
from services.operator.services import run_classifier, run_fetcher, run_writer


def fetcher(config: Config) -> None:
    r"""Read mailboxes and directories, back mail up, hand it to the broker.

    \b
    Example:
      crmservice fetcher --config crm.xml

    Runs until SIGTERM. One process reads a box at a time: a second one stands by and
    takes over within seconds. Needs RABBITMQ_URL and CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_fetcher(boxes, environment)


def classifier(config: Config) -> None:
    r"""Turn fetched mail into commands for the writer.

    \b
    Example:
      crmservice classifier --config crm.xml

    Runs until SIGTERM; as many as you like. Name the files of all boxes. Needs
    RABBITMQ_URL, NETGENIUM_DATABASE_URL and the fetcher's CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_classifier(boxes, environment)


def writer(config: Config) -> None:
    r"""Apply commands to the database of NET Genium.

    \b
    Example:
      crmservice writer --config crm.xml

    Runs until SIGTERM; as many as you like. Needs RABBITMQ_URL,
    NETGENIUM_DATABASE_URL and the fetcher's CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_writer(boxes, environment)
