"""`crmservice run`."""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.assembly import signals
from services.assembly.calendar_service import calendar_beside, calendar_once
from services.assembly.calendar_troubles import CalendarTroubles
from services.assembly.composition import open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.feeds import run_feeds
from services.assembly.live_contexts import LiveContexts
from services.assembly.mailer_service import mail_once, mailer_beside
from services.assembly.marks_look import marks_look
from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import notice_look, notices_of
from services.assembly.paths import Use, require_paths
from services.assembly.proofs import may_do_all
from services.assembly.run import Tally, local_feeds, run_once
from services.assembly.services import running
from services.assembly.watch import embedded_looks, looking
from services.operator.commands.options import AsJson, Config, begin_with, tell
from services.operator.commands.shadow import run_shadow
from services.operator.output import write_json
from services.operator.spoken import spoken
from shared.broker.guarded import REST_SECONDS
from shared.contracts.messages import MailRecorded
from shared.contracts.said import said
from shared.contracts.verdict import joined
from shared.errors import ExitCode, TransientError, WrongUseError
from shared.health.state import Health
from shared.netgenium.database.probe import takes_writes
from shared.retry import Backoff
from shared.rule_metrics import rules_refused
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.worker import DATABASE

Once = Annotated[bool, typer.Option("--once", help="Process what waits and end.")]


def run(  # noqa: PLR0913, PLR0917 - options of the command line
    config: Config,
    once: Once = False,  # noqa: FBT002 - a flag of the command line
    shadow: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--shadow", help="Decide and compare once; write nothing.")
    ] = False,
    backups: Annotated[
        Path | None, typer.Option(help="With --shadow: POP3Downloads of the original service.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="With --backups: the original's CRMService.log.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Process mail: fetcher, classifier and writer in this one process.

    Examples:
      crmservice run --once --config crm.xml
      crmservice run --config crm.xml
      crmservice run --shadow --config crm.xml

    Prints one line a mail after its commit. With --once it ends with 3 if some mail
    could not be processed: it lies in failed/ below emlDir, with its reason.
    Without, it goes on until SIGTERM, and then ends with 0. With --shadow mail stays in
    the box and nothing is written; with --backups and --log it tells where the original
    service has decided otherwise, and then ends with 3.
    """
    environment, named = begin_with(config, "warning" if once or shadow else "info")
    if shadow:
        run_shadow(environment, named, backups, log, as_json=as_json)
        return
    if backups or log:
        raise WrongUseError(said("--backups and --log need --shadow"))
    _process(environment, named, once=once, as_json=as_json)


def _process(environment: Environment, named: Sequence[Box], *, once: bool, as_json: bool) -> None:
    """Run the whole pipeline, once or until SIGTERM."""
    require_paths(named, environment, Use.EVERYTHING)
    erp = open_erp(environment)
    probe = DatabaseProbe(erp, proof=takes_writes, rights=may_do_all(erp))
    tally = Tally(tell_json if as_json else tell_person)
    in_step = sent = True
    if once:
        probe()
        try:
            run_once(named, erp, environment.data, tally)
        finally:
            # One box's trouble does not hide what became of the others' mail.
            summarise(tally)
            # After Ctrl-C nothing more is begun.
            if not signals.heard():
                in_step = calendar_once(named, erp, environment, tell)
                sent = mail_once(named, erp, environment, tell)
    else:
        with running(environment) as (health, stopped):
            _wait_for(probe, health, stopped)
            contexts = LiveContexts([box for box in named if box.enabled], erp, rules_refused)
            data = environment.data
            feeds, states = local_feeds(named, erp, data, tally, REST_SECONDS, contexts)
            book = notices_of("run", named, environment, notice_rows(erp.engine))
            troubles = CalendarTroubles()
            looks = [*embedded_looks(data, probe, health), marks_look(erp, named), contexts.look()]
            with (
                looking([*looks, notice_look(book, health, troubles.parts)], stopped),
                calendar_beside(named, erp, environment, health, stopped, troubles),
                mailer_beside(named, erp, environment, health, stopped, book),
            ):
                run_feeds(feeds, states, health, stopped)
        summarise(tally)
    if once and (tally.set_aside or sum(tally.postponed.values()) or not (in_step and sent)):
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _wait_for(probe: DatabaseProbe, health: Health, stopped: threading.Event) -> None:
    """Wait for a database that is unreachable, as a service does."""
    backoff = Backoff()
    health.expect(DATABASE)
    while not stopped.is_set():
        try:
            probe()
        except TransientError as error:
            tell(said("waiting: {error}", error=error))
            health.waiting(DATABASE, str(error))
            stopped.wait(backoff.seconds())
        else:
            health.works(DATABASE)
            return


def tell_json(mail: MailRecorded) -> None:
    """Print one object per mail, for programs."""
    line = {
        "mail_id": str(mail.mail_id),
        "subject": mail.subject,
        "verdict": list(mail.verdict),
        "source": mail.source,
        "again": mail.again,
    }
    write_json(line)


def tell_person(mail: MailRecorded) -> None:
    """Print one line per mail, for a person."""
    again = spoken().say(" (recorded before)") if mail.again else ""
    sys.stdout.write(f"{joined(mail.verdict):32} {mail.subject}{again}\n")


def summarise(tally: Tally) -> None:
    """Print what a run has done, on standard error."""
    tell(said("{total} mail(s) processed", total=tally.verdicts.total()))
    if tally.set_aside:
        tell(
            said(
                "{set_aside} could not be processed: crmservice dead-letters list has those of "
                "mailboxes, failed/ below emlDir the others, with their reasons",
                set_aside=tally.set_aside,
            )
        )
    if postponed := sum(tally.postponed.values()):
        tell(
            said(
                "{postponed} met an error that may pass: they stay where they are, and the "
                "next run tries them again",
                postponed=postponed,
            )
        )
    if unsettled := sum(tally.unsettled.values()):
        tell(
            said(
                "{unsettled} file(s) are still being written: the next run takes them",
                unsettled=unsettled,
            )
        )
    for name in tally.resting:
        tell(said("{name} was not read: its pause (stopFrom, stopTo) lasts", name=name))
