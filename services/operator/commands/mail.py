"""`crmservice mail`: the outbox, its servers and its templates."""

import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine

from services.answers.mail_trial import TrialMail, connect_all, send_test
from services.answers.outgoing import (
    OutboxEntry,
    drop_mails,
    outbox_entry,
    outbox_of,
    retry_mails,
)
from services.answers.preview import values_about
from services.answers.times import utc
from services.assembly.composition import Erp, open_erp
from services.assembly.mailing import outlet_of
from services.mailer.outbox_mail import DROPPED, FAILED, SENT, WAITING, OutboxState
from services.operator.commands.options import (
    AsJson,
    Config,
    begin,
    begin_with,
    one_of,
    tell,
)
from services.operator.output import write_json
from services.operator.present.times import zoned_as_text
from shared.contracts.said import said
from shared.domain.tickets import REPLY_ABOVE
from shared.errors import WrongUseError
from shared.language.language import ENGLISH
from shared.netgenium.schema.inspection import require_own_tables

app = typer.Typer(
    help="Mail that is sent: see what waits or failed, send it again, try servers and templates.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Ids = Annotated[list[str], typer.Argument(help="Ids as crmservice mail list shows them.")]
_STATES: tuple[OutboxState, ...] = (WAITING, FAILED, SENT, DROPPED)


@app.command("list")
def list_them(
    state: Annotated[
        str | None, typer.Option(help="waiting, failed, sent or dropped; else the first two.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List mails of the outbox, the newest first.

    Examples:
      crmservice mail list
      crmservice mail list --state failed --json
    """
    states = [one_of(said("state"), state, _STATES)] if state else [WAITING, FAILED]
    erp = _erp()
    found = outbox_of(erp.engine, states, limit)
    for entry in found:
        _show(entry, erp.zone, as_json=as_json)
    if not found:
        tell(said("no mail is {names}", names=" or ".join(states)))


@app.command("show")
def show(mail_id: Annotated[str, typer.Argument(help="Id of the mail.")]) -> None:
    """Show all that is known of a mail, but not what it says.

    Example:
      crmservice mail show 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
    """
    write_json(_fields(outbox_entry(_engine(), mail_id)))


@app.command("retry")
def retry(mail_ids: Ids) -> None:
    """Have mails sent as soon as possible: those that failed, and those that wait.

    Example:
      crmservice mail retry 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
    """
    tell(
        said(
            "{number} mail(s) are due now; the mailer sends them",
            number=retry_mails(_engine(), mail_ids),
        )
    )


@app.command("drop")
def drop(mail_ids: Ids) -> None:
    """Let mails not be sent; crmservice mail list --state dropped shows them.

    Example:
      crmservice mail drop 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
    """
    tell(said("{number} mail(s) will not be sent", number=drop_mails(_engine(), mail_ids)))


@app.command("test")
def try_servers(
    config: Config,
    sender: Annotated[
        str | None, typer.Option("--from", help="Address of the box that sends a test mail.")
    ] = None,
    recipient: Annotated[str | None, typer.Option("--to", help="Who gets it.")] = None,
) -> None:
    """Connect to each box's server and log in; with --from and --to send one mail, too.

    Examples:
      crmservice mail test --config crm.xml
      crmservice mail test --from crm@firma.cz --to eva@firma.cz --config crm.xml

    Ends with 5 if a server cannot be reached, with 4 if it refuses the login.
    """
    environment, boxes = begin_with(config, "warning")
    if (sender is None) != (recipient is None):
        raise WrongUseError(said("--from and --to belong together"))
    if sender is None or recipient is None:
        for line in connect_all(boxes):
            tell(line)
    else:
        send_test(boxes, environment, TrialMail(sender, recipient))
        tell(
            said(
                "the server of {sender} has taken a test mail for {recipient}",
                sender=sender,
                recipient=recipient,
            )
        )


@app.command("preview")
def preview(
    config: Config,
    template: Annotated[str, typer.Argument(help="Name of the template, as notice.")],
    values: Annotated[
        list[str] | None, typer.Option("--value", help="A value as name=text; may be repeated.")
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", help="Number of a task that the mail is about.")
    ] = None,
) -> None:
    """Show what a template makes; values that are not given are their own names.

    Examples:
      crmservice mail preview ticket --config crm.xml
      crmservice mail preview ticket --value subject=Pump --config crm.xml
      crmservice mail preview comment --task 55 --config crm.xml
    """
    environment, boxes = begin_with(config, "warning")
    about = values_about(open_erp(environment), environment, task) if task else {}
    given = {**about, **dict(_value(each) for each in values or ())}
    given.setdefault("reply_above", REPLY_ABOVE[boxes[0].mail_language])
    known = ("subject", "reason", "comment", "text", "ticket", "task_number", "mail_id", "sender")
    names = (*known, "kind", "service", "at")
    rendered = outlet_of(boxes[0]).templates.render(
        template, {name: f"<{name}>" for name in names} | given
    )
    sys.stdout.write(f"{rendered.subject}\n\n{rendered.text}")


def _value(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not name.isidentifier():
        raise WrongUseError(said("--value is written name=text"))
    return name, value


def _engine() -> Engine:
    return _erp().engine


def _erp() -> Erp:
    erp = open_erp(begin("warning"))
    require_own_tables(erp.engine)
    return erp


def _show(entry: OutboxEntry, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        write_json(_fields(entry))
        return
    why = f": {entry.last_error}" if entry.last_error else ""
    at = zoned_as_text(entry.created_at, zone, ENGLISH)
    sys.stdout.write(f"{entry.id} {at} {entry.state} {entry.template} to {entry.recipient}{why}\n")


def _fields(entry: OutboxEntry) -> dict[str, Any]:
    return {
        name: utc(value) if isinstance(value, datetime) else value
        for name, value in asdict(entry).items()
    }
