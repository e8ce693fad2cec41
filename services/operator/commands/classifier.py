"""`crmservice classifier`."""

from services.assembly.classifier_service import run_classifier
from services.operator.commands.options import Config, begin_with


def classifier(config: Config) -> None:
    """Turn fetched mail into commands for the writer.

    Example:
      crmservice classifier --config crm.xml

    Runs until SIGTERM; as many as you like. Name the files of all boxes. Needs
    RABBITMQ_URL, NETGENIUM_DATABASE_URL and the fetcher's CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_classifier(boxes, environment)
