"""`crmservice relink`."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from services.assembly.composition import open_erp
from services.operator.commands.options import AsJson, By, Config, begin_with, tell
from services.operator.commands.person import who
from services.operator.output import write_json
from services.operator.spoken import spoken
from services.writer.relink import LateLink, Relink
from shared.contracts.said import Said, said, said_many
from shared.errors import WrongUseError
from shared.netgenium.queries.unlinked import Wanted
from shared.netgenium.schema.inspection import require_schema
from shared.settings import values
from shared.settings.box import Box


def relink(  # noqa: PLR0913, PLR0917 - options of the command line
    config: Config,
    since: Annotated[
        str | None, typer.Option(help="Only mail received from this day on, as 2026-11-30.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Only mail from, or to, this address.")
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help="Show what would be linked; write nothing.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Link activities of people who have entered the address book since their mail.

    Examples:
      crmservice relink --config crm.xml --dry-run
      crmservice relink --config crm.xml --since 2026-11-01
      crmservice relink --config crm.xml --address jana@acme.example

    A link that is there stays. crmservice list unknown shows whom nobody knows yet;
    crmservice undo with the id that this command tells takes its links back.
    """
    environment, boxes = begin_with(config, "warning")
    wanted = Wanted(_since(since, boxes), _address(address))
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    cause = uuid4()
    work = Relink(erp.engine, erp.tables, boxes, cause, who(by), lambda: datetime.now(UTC))
    shown = 0
    try:
        for one in work.found(wanted) if dry_run else work.link(wanted):
            shown += 1
            _show(one, as_json=as_json)
    finally:
        # Also where something failed half-way: what is linked stays, and can be taken back.
        tell(_summary(shown, cause, dry_run=dry_run))


def _summary(number: int, cause: UUID, *, dry_run: bool) -> Said:
    if dry_run:
        return said_many("{n} activity would be linked", "{n} activities would be linked", number)
    if not number:
        return said("no activity linked")
    return said_many(
        "{n} activity linked; crmservice undo {cause} takes the link back",
        "{n} activities linked; crmservice undo {cause} takes the links back",
        number,
        cause=cause,
    )


def _show(one: LateLink, *, as_json: bool) -> None:
    link = one.link
    if as_json:
        write_json(
            {
                "activity": link.activity,
                "mail_id": str(one.mail_id),
                "contact": link.contact.email if link.contact else None,
                "relationship": link.relationship.name if link.relationship else None,
            }
        )
    else:
        told = spoken().say("activity {number}: {to}", number=link.activity, to=one.to)
        sys.stdout.write(f"{told}\n")


def _since(text: str | None, boxes: Sequence[Box]) -> datetime | None:
    """Return the begin of a day in the zone of the first box."""
    if text is None:
        return None
    try:
        day = values.start(text)
    except values.NotAllowedError:
        day = "all"
    if day == "all":
        raise WrongUseError(
            said("--since {text} is no day; write it as 2026-11-30", text=repr(text))
        )
    return datetime(day.year, day.month, day.day, tzinfo=boxes[0].time_zone)


def _address(text: str | None) -> str | None:
    """Return an address as the journal has it, whichever way it is written (R-b)."""
    if text is None:
        return None
    try:
        return values.address(text)
    except values.NotAllowedError:
        raise WrongUseError(
            said(
                "--address {text} is no e-mail address; crmservice list unknown has them",
                text=repr(text),
            )
        ) from None
