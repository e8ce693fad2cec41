"""`crmservice undo`."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection, select

from services.assembly.composition import open_erp
from services.operator.commands.options import AsJson, By, begin
from services.operator.commands.person import who
from services.operator.output import write_json
from services.writer.undo import Undone, undo_cause
from shared.contracts.cause import Cause
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import change_table, journal_table
from shared.netgenium.schema.inspection import require_schema


def undo(
    mail_id: Annotated[
        str, typer.Argument(help="Id of the mail, as `list journal` shows it, or of a relink.")
    ],
    by: By = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Take back the marks and tasks of a mail, or a relink's links; activities stay.

    Examples:
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb --by "Jana Malá"
    """
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    wanted = _mail_id(mail_id)
    person = who(by)
    with write_transaction(erp.engine) as connection:
        cause = _cause(connection, wanted)
        undone = undo_cause(connection, erp.tables, cause, person, datetime.now(UTC))
    if not any(one.done for one in undone):
        raise WrongUseError(_nothing(cause, undone))
    for one in undone:
        if as_json:
            write_json(asdict(one))
        else:
            sys.stdout.write(f"{_line(one)}\n")
    if not all(one.done for one in undone):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _cause(connection: Connection, wanted: UUID) -> Cause:
    """Return the mail, or what else has changed something under this id."""
    own, mails = change_table.c, journal_table.c.mail_id
    if connection.execute(select(mails).where(mails == wanted)).first():
        return Cause("mail", wanted)
    kind = connection.scalar(select(own.cause_kind).where(own.cause_id == wanted).limit(1))
    if kind is None:
        raise WrongUseError(f"there is no mail {wanted}; crmservice list journal has them all")
    return Cause(kind, wanted)


def _mail_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WrongUseError(f"{text!r} is no mail id; crmservice list journal has them") from None


def _nothing(cause: Cause, undone: Sequence[Undone]) -> str:
    if not undone:
        return f"{cause} has made no mark, no task and no count: there is nothing to undo"
    return f"nothing is undone: {'; '.join(map(_line, undone))}"


def _line(one: Undone) -> str:
    return f"{one.what}: {one.detail}"
