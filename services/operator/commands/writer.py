"""`crmservice writer`."""

from services.assembly.writer_service import run_writer
from services.operator.commands.options import Config, begin_with


def writer(config: Config) -> None:
    """Apply commands to the database of NET Genium.

    Example:
      crmservice writer --config crm.xml

    Runs until SIGTERM; as many as you like. Needs RABBITMQ_URL,
    NETGENIUM_DATABASE_URL and the fetcher's CRMSERVICE_DATA.
    """
    environment, boxes = begin_with(config, "info")
    run_writer(boxes, environment)
