"""`crmservice mailer`."""

from services.assembly.mailer_service import run_mailer
from services.operator.commands.options import Config, begin_with


def mailer(config: Config) -> None:
    """Send mail: notices, answers and comments that wait in the outbox.

    Example:
      crmservice mailer --config crm.xml

    Runs until SIGTERM. Several share the work. Needs NETGENIUM_DATABASE_URL,
    CRMSERVICE_DATA, and smtpServer in the file of each box that sends.
    """
    environment, boxes = begin_with(config, "info")
    run_mailer(boxes, environment)
