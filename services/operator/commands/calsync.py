"""`crmservice calsync`."""

from services.assembly.calendar_service import run_calsync
from services.operator.commands.options import Config, begin_with


def calsync(config: Config) -> None:
    """Keep the ERP's activities and the users' Microsoft 365 calendars in step.

    Example:
      crmservice calsync --config crm.xml

    Runs until SIGTERM. One process works, a second one stands by. Needs
    NETGENIUM_DATABASE_URL, CRMSERVICE_DATA, and rootPath with the app's file.
    """
    environment, boxes = begin_with(config, "info")
    run_calsync(boxes, environment)
