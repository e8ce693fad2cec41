"""`crmservice calendar`: one round, and what a person sees and decides."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from services.answers.calendar import (
    decide_all,
    explain_item,
    held,
    restore_activity,
    users_of,
)
from services.assembly.calendar import open_calendar
from services.assembly.calendar_lease import calendar_lease
from services.assembly.calendar_service import LEASE_SECONDS, PATIENCE_SECONDS
from services.assembly.composition import Erp, open_erp
from services.operator.commands.options import AsJson, Config, begin_with, tell
from services.operator.output import write_json
from services.operator.present.calendar import (
    held_as_json,
    held_as_text,
    item_as_json,
    item_as_text,
    round_as_json,
    round_as_text,
    user_as_json,
    user_as_text,
)
from shared.contracts.said import said
from shared.errors import ExitCode
from shared.netgenium.schema.inspection import require_own_tables, require_schema

app = typer.Typer(
    help="The ERP's activities and Microsoft 365 calendars: bring them into step, see, decide.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

HeldIds = Annotated[list[str], typer.Argument(help="Ids as crmservice calendar held lists them.")]


@app.command("sync")
def sync(
    config: Config,
    addresses: Annotated[
        list[str] | None, typer.Argument(help="Addresses of the users; none: all users.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Do one whole round of each user's calendar.

    Examples:
      crmservice calendar sync --config crm.xml
      crmservice calendar sync jana@firma.cz --config crm.xml --json

    Ends with 0 if every round went well, with 3 if a user's failed or was refused, with 4
    if Microsoft refused the app, with 5 if Microsoft or the database cannot be reached.
    """
    environment, boxes = begin_with(config, "warning")
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    lease = calendar_lease(environment)
    bad = False
    lease.wait(LEASE_SECONDS)
    try:
        with open_calendar(boxes, erp, lease.hold) as company:
            for done in company.all(addresses or [], time.sleep, PATIENCE_SECONDS):
                bad |= done.result in {"failed", "refused"}
                if as_json:
                    write_json(round_as_json(done))
                else:
                    sys.stdout.write(f"{round_as_text(done)}\n")
                sys.stdout.flush()
    finally:
        lease.close()
    if bad:
        raise typer.Exit(ExitCode.PARTLY_DONE)


@app.command("status")
def status(config: Config, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show the state of each user's calendar.

    Examples:
      crmservice calendar status --config crm.xml
      crmservice calendar status --config crm.xml --json
    """
    erp = _erp(config)
    found, zone = users_of(erp.engine), erp.zone
    _show(((user_as_json(*one), user_as_text(*one, zone)) for one in found), as_json=as_json)
    if not found:
        tell(
            said("no user's calendar is known yet; crmservice calendar sync makes the first round")
        )


@app.command("held")
def held_deletions(config: Config, as_json: AsJson = False) -> None:  # noqa: FBT002 - as above
    """List deletions that wait for a person, because they were too many at once.

    Examples:
      crmservice calendar held --config crm.xml
      crmservice calendar held --config crm.xml --json
    """
    erp = _erp(config)
    found, zone = held(erp.engine), erp.zone
    _show(((held_as_json(*one), held_as_text(*one, zone)) for one in found), as_json=as_json)
    if not found:
        tell(said("no deletion is held"))


@app.command("release")
def release(config: Config, held_ids: HeldIds) -> None:
    """Have held deletions carried out by the user's next round, if they are still true.

    Example:
      crmservice calendar release 154c463d-386a-5b61-bf0d-6b2cd91a1bcb -c crm.xml
    """
    count = decide_all(_erp(config).engine, held_ids, "release")
    tell(said("{count} deletion(s) released; the next round carries them out", count=count))


@app.command("refuse")
def refuse(config: Config, held_ids: HeldIds) -> None:
    """Refuse held deletions: both sides stay, and are not kept in step any more.

    Example:
      crmservice calendar refuse 154c463d-386a-5b61-bf0d-6b2cd91a1bcb -c crm.xml
    """
    count = decide_all(_erp(config).engine, held_ids, "refuse")
    tell(said("{count} deletion(s) refused; what is left stays as it is", count=count))


@app.command("restore")
def restore(
    config: Config,
    activity: Annotated[int, typer.Argument(help="Id that the activity had.")],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make an activity again that the synchronisation has deleted within the last 30 days.

    Example:
      crmservice calendar restore 4711 --config crm.xml
    """
    restored = restore_activity(_erp(config), activity)
    shown = {"activity": activity, "restored_as": restored}
    _show([(shown, f"activity {activity} is restored as {restored}")], as_json=as_json)


@app.command("explain")
def explain(
    config: Config,
    item: Annotated[str, typer.Argument(help="Id of an activity or of an event.")],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show all that is known of an item: each side's values, notes, and the last writes.

    Examples:
      crmservice calendar explain 4711 --config crm.xml
      crmservice calendar explain 4711 --config crm.xml --json
    """
    erp = _erp(config)
    found, zone = explain_item(erp.engine, item), erp.zone
    _show(((item_as_json(one), item_as_text(one, zone)) for one in found), as_json=as_json)


def _erp(config: Sequence[Path]) -> Erp:
    environment, _ = begin_with(config, "warning")
    erp = open_erp(environment)
    require_own_tables(erp.engine)
    return erp


def _show(shown: Iterable[tuple[dict[str, Any], str]], *, as_json: bool) -> None:
    for told, text in shown:
        if as_json:
            write_json(told)
        else:
            sys.stdout.write(f"{text}\n")
