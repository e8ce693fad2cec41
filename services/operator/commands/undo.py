"""`crmservice undo`."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection, select

from services.assembly.composition import Erp, open_erp
from services.operator.commands.options import (
    AsJson,
    By,
    Day,
    Reporter,
    Since,
    begin,
    day_of,
    moment_since,
    one_of,
    tell,
)
from services.operator.commands.person import who
from services.operator.output import write_json
from services.writer.undo import Undone, undo_cause
from services.writer.undo_many import MARK_RULES, MarksOf, marking_mails, undo_marks
from shared.contracts.cause import Cause
from shared.contracts.said import Said, said
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import change_table, journal_table
from shared.netgenium.schema.inspection import require_schema


def undo(  # noqa: PLR0913, PLR0917 - options of the command line
    mail_id: Annotated[
        str | None,
        typer.Argument(help="Id of the mail, as `list journal` shows it, or of a relink."),
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", help="Marks of this rule, of many mails: R-2, R-3, R-4.")
    ] = None,
    since: Since = None,
    day: Day = None,
    reporter: Reporter = None,
    dry_run: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--dry-run", help="With --rule: show whose marks; write nothing.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Take back the marks and tasks of a mail, or a relink's links; activities stay.

    Examples:
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice undo 154c463d-386a-5b61-bf0d-6b2cd91a1bcb --by "Jana Malá"
      crmservice undo --rule R-2 --day 2026-11-20 --dry-run
      crmservice undo --rule R-2 --since 2d --reporter "*@evil.example"

    With --rule, marks of many mails: of bounces (R-2, with what soft bounces counted),
    complaints (R-3) or opt-outs (R-4).
    """
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    person = who(by)
    if mail_id is None:
        wanted = _wanted(rule, since, day, reporter, erp.zone)
        _undo_many(erp, wanted, person, dry_run=dry_run, as_json=as_json)
        return
    if rule or since or day or reporter or dry_run:
        raise WrongUseError(said("name a mail, or --rule with --since or --day; not both"))
    with write_transaction(erp.engine) as connection:
        cause = _cause(connection, _mail_id(mail_id))
        undone = undo_cause(connection, erp.tables, cause, person, datetime.now(UTC))
    if not any(one.done for one in undone):
        raise WrongUseError(_nothing(cause, undone))
    for one in undone:
        _show(one, as_json=as_json)
    if not all(one.done for one in undone):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _wanted(
    rule: str | None, since: str | None, day: str | None, reporter: str | None, zone: ZoneInfo
) -> MarksOf:
    if rule is None:
        raise WrongUseError(said("name a mail, or --rule with --since or --day"))
    known = one_of(said("rule of marks"), rule, MARK_RULES)
    asked = reporter.strip().lower() if reporter is not None else None
    if on := day_of("--day", day):
        begun = datetime(on.year, on.month, on.day, tzinfo=zone)
        return MarksOf(known, begun, begun + timedelta(days=1), asked)
    first = moment_since(since, datetime.now(UTC), zone)
    if first is None:
        raise WrongUseError(said("--rule wants --since or --day beside it"))
    return MarksOf(known, first, None, asked)


def _undo_many(erp: Erp, wanted: MarksOf, by: str, *, dry_run: bool, as_json: bool) -> None:
    mails = marking_mails(erp.engine, wanted)
    if not mails:
        raise WrongUseError(
            said("no mark of {rule} fits: there is nothing to undo", rule=wanted.rule)
        )
    if dry_run:
        for mail in mails:
            addresses = ", ".join(mail.addresses)
            row = {"mail_id": str(mail.mail_id), "addresses": list(mail.addresses)}
            write_json(row) if as_json else sys.stdout.write(f"mail {mail.mail_id}: {addresses}\n")
        tell(said("marks of {number} mail(s) would be undone", number=len(mails)))
        return
    everything, count = True, 0
    for mail, undone in undo_marks(erp.engine, erp.tables, mails, by, datetime.now(UTC)):
        count += any(one.done for one in undone)
        everything &= all(one.done for one in undone)
        for one in undone:
            _show(one, as_json=as_json, mail_id=mail.mail_id)
    tell(said("marks of {count} mail(s) undone", count=count))
    if not everything:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _show(one: Undone, *, as_json: bool, mail_id: UUID | None = None) -> None:
    if as_json:
        write_json(asdict(one) | ({"mail_id": str(mail_id)} if mail_id else {}))
    else:
        sys.stdout.write(f"{_line(one)}\n")


def _cause(connection: Connection, wanted: UUID) -> Cause:
    """Return the mail, or what else has changed something under this id."""
    own, mails = change_table.c, journal_table.c.mail_id
    if connection.execute(select(mails).where(mails == wanted)).first():
        return Cause("mail", wanted)
    kind = connection.scalar(select(own.cause_kind).where(own.cause_id == wanted).limit(1))
    if kind is None:
        raise WrongUseError(
            said("there is no mail {wanted}; crmservice list journal has them all", wanted=wanted)
        )
    return Cause(kind, wanted)


def _mail_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WrongUseError(
            said("{text} is no mail id; crmservice list journal has them", text=repr(text))
        ) from None


def _nothing(cause: Cause, undone: Sequence[Undone]) -> Said:
    if not undone:
        return said(
            "{cause} has made no mark, no task and no count: there is nothing to undo", cause=cause
        )
    return said("nothing is undone: {names}", names="; ".join(map(_line, undone)))


def _line(one: Undone) -> str:
    return f"{one.what}: {one.detail}"
