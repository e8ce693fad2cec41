"""`crmservice dead-letters`: list, show, release, drop."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from services.answers.dead_letter_copies import compare_copies
from services.answers.dead_letters import (
    BrokerDeadLetters,
    DeadLetter,
    DeadLetters,
    LocalDeadLetters,
    NamedLetters,
)
from services.assembly.composition import open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.failed_copies import FailedCopies
from services.assembly.pipeline import local_pipeline
from services.assembly.recorded import MemoryTeller
from services.assembly.run import Tally
from services.assembly.services import broker_address
from services.operator.commands.options import AsJson, begin, boxes_of, tell
from services.operator.output import write_json
from services.operator.present.console import stdout_console
from services.operator.present.dead_letters import dead_letter_as_text, dead_letters_as_text
from services.operator.spoken import spoken
from shared.broker.port import Publisher
from shared.contracts.dead_letter import DeadLetterNote
from shared.contracts.messages import FetchedMail
from shared.contracts.said import Said, said
from shared.errors import CRMServiceError, ExitCode, WrongUseError
from shared.log import Logger
from shared.netgenium.schema.mapping import load_mapping
from shared.settings.environment import Environment

app = typer.Typer(
    help="""Mail that could not be processed: see why, release it, or drop it.

    Examples:
      crmservice dead-letters list
      crmservice dead-letters release --all
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_log = Logger()

MailIds = Annotated[list[str] | None, typer.Argument(help="Ids of the mails.")]
Everything = Annotated[bool, typer.Option("--all", help="Every dead letter.")]
OptionalConfig = Annotated[
    list[Path] | None,
    typer.Option("--config", "-c", help="XML file of a box; needed without RABBITMQ_URL."),
]


@app.command("list")
def list_them(as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List dead letters, those of one reason and place together.

    Examples:
      crmservice dead-letters list
      crmservice dead-letters list --json
    """
    environment = begin("warning")
    looked_at = datetime.now(UTC)
    letters = _kept(environment, None).all()
    if environment.rabbitmq_url:
        _compare(environment, letters, looked_at)
    if environment.rabbitmq_url is None:
        tell(
            said(
                "RABBITMQ_URL is not set: no broker was asked, only {data}/failed",
                data=environment.data,
            )
        )
    if as_json:
        for letter in letters:
            write_json(asdict(letter))
    elif letters:
        zone = _zone(environment)
        stdout_console().print(dead_letters_as_text(letters, zone, spoken()))
    else:
        stdout_console().print(spoken().say("there are no dead letters"))


@app.command("show")
def show(
    mail_id: Annotated[str, typer.Argument(help="Id of the mail.")],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show all that is known of a dead letter.

    Example:
      crmservice dead-letters show 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
    """
    wanted = NamedLetters([mail_id])
    environment = begin("warning")
    found = [one for one in _kept(environment, None).all() if wanted(one)]
    if not found:
        raise _none([mail_id])
    for one in found:
        if as_json:
            write_json(asdict(one))
        else:
            stdout_console().print(dead_letter_as_text(one, _zone(environment), spoken()))


@app.command("release")
def release(
    mail_ids: MailIds = None,
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
    config: OptionalConfig = None,
) -> None:
    """Have dead letters processed again, once their cause is mended.

    Examples:
      crmservice dead-letters release 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice dead-letters release --all

    Nothing is doubled: what a mail has made already is not made again.
    """
    wanted = _wanted(mail_ids or [], everything=everything)
    count = _kept(begin("warning"), config).release(wanted or _any)
    _done(count, wanted, said("released"))


@app.command("drop")
def drop(
    mail_ids: MailIds = None,
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Remove dead letters for good; the backups of their mails stay.

    Example:
      crmservice dead-letters drop 154c463d-386a-5b61-bf0d-6b2cd91a1bcb

    crmservice replay can still process such a mail from its backup.
    """
    wanted = _wanted(mail_ids or [], everything=everything)
    count = _kept(begin("warning"), None).drop(wanted or _any)
    _done(count, wanted, said("dropped; their backups stay"))


def _kept(environment: Environment, config: Sequence[Path] | None) -> DeadLetters:
    if environment.rabbitmq_url:
        return BrokerDeadLetters(broker_address(environment, "operator"))

    def publisher() -> Publisher[FetchedMail]:
        if not config:
            raise WrongUseError(said("without RABBITMQ_URL, name the box's file with --config"))
        boxes, erp = boxes_of(config), open_erp(environment)
        DatabaseProbe(erp)()
        recorded = MemoryTeller(boxes, environment.data, Tally(lambda _: None))
        return local_pipeline(boxes, erp, environment.data, recorded)

    return LocalDeadLetters(environment.data, publisher, partial(_tell, environment))


def _zone(environment: Environment) -> ZoneInfo:
    """Return the company's zone: the mapping says it, and no database is asked."""
    return ZoneInfo(load_mapping(environment.mapping).time.zone)


def _compare(environment: Environment, letters: Sequence[DeadLetter], looked_at: datetime) -> None:
    """Have the copies in the database corrected, if they can be."""
    address = broker_address(environment, "operator")
    try:
        compare_copies(address, open_erp(environment).engine, letters, looked_at)
    except CRMServiceError as error:
        _log.info("dead letters not compared with their copies", reason=str(error))


def _tell(environment: Environment, notes: Sequence[DeadLetterNote]) -> None:
    """Write what became of notes; without a database the next start of `run` does it."""
    try:
        FailedCopies(open_erp(environment).engine).tell(notes)
    except CRMServiceError as error:
        _log.info("dead letters not copied", reason=str(error))


def _wanted(mail_ids: Sequence[str], *, everything: bool) -> NamedLetters | None:
    """Return those that the person names; None: all of them."""
    if bool(mail_ids) == everything:
        raise WrongUseError(said("name mail ids, or --all; crmservice dead-letters list has them"))
    return None if everything else NamedLetters(mail_ids)


def _done(count: int, wanted: NamedLetters | None, what: Said) -> None:
    """Tell what was done; a name that no dead letter has is a mistake."""
    missing = sorted(wanted.missing) if wanted else []
    if not count:
        raise _none(missing)
    tell(said("{count} dead letter(s): {what}", count=count, what=what))
    if missing:
        tell(said("crmservice: {error}", error=_none(missing)))
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _none(mail_ids: Sequence[str]) -> WrongUseError:
    if not mail_ids:
        return WrongUseError(said("there is no dead letter; crmservice dead-letters list has all"))
    return WrongUseError(
        said(
            "there is no dead letter of {names}; crmservice dead-letters list has all",
            names=", ".join(mail_ids),
        )
    )


def _any(_: DeadLetter) -> bool:
    return True
