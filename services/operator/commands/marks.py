"""`crmservice marks`: a person decides about marks that only an unproven report asks for."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import typer

from services.assembly.composition import Erp, open_erp
from services.operator.commands.options import AsJson, By, Day, Reporter, begin, day_of, tell
from services.operator.commands.person import who
from services.operator.output import write_json
from services.writer.held_marks import Decision, HeldMark, Which, decide, waiting
from shared.contracts.said import said
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.schema.inspection import require_schema

app = typer.Typer(
    help="""Marks that wait for a person, because only an unproven report asks for them.

    Examples:
      crmservice marks release 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice marks refuse 154c463d-386a-5b61-bf0d-6b2cd91a1bcb

    crmservice list marks --held has them all.
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

HeldIds = Annotated[
    list[str] | None, typer.Argument(help="Ids as crmservice list marks --held shows them.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which it would be; write nothing.")]


@app.command("release")
def release(  # noqa: PLR0913, PLR0917 - options of the command line
    held_ids: HeldIds = None,
    day: Day = None,
    reporter: Reporter = None,
    dry_run: DryRun = False,  # noqa: FBT002 - a flag of the command line
    by: By = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make marks that were held, as if their mails had been believed.

    Examples:
      crmservice marks release 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice marks release --reporter "*@relay.example" --dry-run
      crmservice marks release --day 2026-11-20 --by "Jana Malá"

    crmservice list marks --held has their ids; crmservice undo takes a mark back.
    """
    _decide("released", _which(held_ids or [], day, reporter), by, dry_run=dry_run, as_json=as_json)


@app.command("refuse")
def refuse(  # noqa: PLR0913, PLR0917 - options of the command line
    held_ids: HeldIds = None,
    day: Day = None,
    reporter: Reporter = None,
    dry_run: DryRun = False,  # noqa: FBT002 - a flag of the command line
    by: By = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Refuse marks that were held: they are never made, not by a replay either.

    Examples:
      crmservice marks refuse 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice marks refuse --reporter x@evil.example --day 2026-11-20
    """
    _decide("refused", _which(held_ids or [], day, reporter), by, dry_run=dry_run, as_json=as_json)


def _which(held_ids: Sequence[str], day: str | None, reporter: str | None) -> Which:
    if not held_ids and day is None and reporter is None:
        raise WrongUseError(
            said("name ids, --day or --reporter; crmservice list marks --held has them all")
        )
    on: date | None = day_of("--day", day)
    asked = reporter.strip().lower() if reporter is not None else None
    return Which(frozenset(map(_id, held_ids)), on, asked)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        sentence = said(
            "{text} is no id of a held mark; crmservice list marks --held has them",
            text=repr(text),
        )
        raise WrongUseError(sentence) from None


def _decide(
    decision: Decision, which: Which, by: str | None, *, dry_run: bool, as_json: bool
) -> None:
    erp, person = _erp(), who(by)
    found = waiting(erp.engine, erp.tables, which)
    if not found:
        sentence = said("no such mark waits; crmservice list marks --held has those that do")
        raise WrongUseError(sentence)
    for one in found:
        _show(one, as_json=as_json)
    if dry_run:
        tell(said("{number} mark(s) would be: {decision}", number=len(found), decision=decision))
    else:
        now = datetime.now(UTC)
        done = decide(erp.engine, erp.tables, found, decision, by=person, now=now)
        tell(said("{number} mark(s): {decision}", number=done, decision=decision))
    if missing := sorted(map(str, which.ids - {one.held_id for one in found})):
        tell(said("crmservice: no such mark waits: {names}", names=", ".join(missing)))
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _show(one: HeldMark, *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "held_id": str(one.held_id),
                "mail_id": str(one.mail_id),
                "address": one.address,
                "mark": one.mark,
                "soft_bounce": one.soft,
                "reporter": one.reporter or None,
            }
        )
    else:
        soft = ", a soft bounce" if one.soft else ""
        sys.stdout.write(f"{one.address}: {one.mark}{soft}, by {one.reporter or 'nobody named'}\n")


def _erp() -> Erp:
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    return erp
