"""`crmservice undo`."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from getpass import getuser
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from services.assembly.composition import open_erp
from services.operator.commands.options import AsJson, begin
from services.operator.output import write_json
from services.writer.undo import Undone, undo_mail
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import journal_table
from shared.netgenium.schema.inspection import require_schema


def undo(
    mail_id: Annotated[str, typer.Argument(help="Id of the mail, as `list journal` shows it.")],
    by: Annotated[str | None, typer.Option(help="Who asks for it; default: your login.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Take back the marks and tasks that a mail has made; its activities stay.

    Examples:
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb --by "Jana Malá"
    """
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    wanted = _mail_id(mail_id)
    with write_transaction(erp.engine) as connection:
        known = select(journal_table.c.mail_id).where(journal_table.c.mail_id == wanted)
        if connection.execute(known).first() is None:
            raise WrongUseError(f"there is no mail {wanted}; crmservice list journal has them all")
        undone = undo_mail(connection, erp.tables, wanted, by or _who(), datetime.now(UTC))
    if not any(one.done for one in undone):
        raise WrongUseError(_nothing(wanted, undone))
    for one in undone:
        if as_json:
            write_json(asdict(one))
        else:
            sys.stdout.write(f"{_line(one)}\n")
    if not all(one.done for one in undone):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _who() -> str:
    """The login; in a container a user may have none, then the number."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _mail_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WrongUseError(f"{text!r} is no mail id; crmservice list journal has them") from None


def _nothing(mail_id: UUID, undone: Sequence[Undone]) -> str:
    if not undone:
        return f"mail {mail_id} has made no mark, no task and no count: there is nothing to undo"
    return f"nothing is undone: {'; '.join(map(_line, undone))}"


def _line(one: Undone) -> str:
    return f"{one.what}: {one.detail}"
