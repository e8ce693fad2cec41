"""`crmservice broker-users`."""

import secrets
from typing import Annotated

import typer

from services.operator.output import write_json
from shared.broker.definitions import definitions


def broker_users(
    *,
    template: Annotated[
        bool,
        typer.Option("--template", help="Leave the passwords open: @fetcher@, @writer@ …"),
    ] = False,
) -> None:
    """Print definitions for RabbitMQ: the queues, and a user for each service.

    Examples:
      crmservice broker-users > definitions.json
      crmservice broker-users --template > deploy/compose/rabbitmq-definitions.json

    `rabbitmqctl import_definitions definitions.json` loads them. Each user gets a new password, in
    clear, which belongs into the RABBITMQ_URL of its service. RabbitMQ keeps a hash alone: remove
    the file afterwards. Connects to nothing.
    """
    if template:
        write_json(definitions(lambda user: f"@{user}@"), indent=1)
    else:
        write_json(definitions(lambda _user: secrets.token_urlsafe(24)))
