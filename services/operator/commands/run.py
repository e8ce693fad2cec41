"""`crmservice run`."""

import json
import sys
import time
from typing import Annotated

import typer

from services.operator.commands.options import AsJson, Config, begin, boxes_of, tell
from services.operator.composition import Erp, open_erp
from services.operator.run import ROUND_SECONDS, Tally, boxes_to_run, run_once, run_until_stopped
from shared.contracts.messages import MailRecorded
from shared.errors import ConfigurationError, ExitCode, Problem, TransientError
from shared.netgenium.inspection import inspect_schema

Once = Annotated[bool, typer.Option("--once", help="Process what waits and end.")]


def run(
    config: Config,
    once: Once = False,  # noqa: FBT002 - a flag of the command line
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Process mail: fetcher, classifier and writer in this one process.

    \b
    Examples:
      crmservice run --once --config crm.xml
      crmservice run --config crm.xml

    Prints one line a mail after its commit. Ends with 3 if some mail could not be
    processed: it lies in failed/ below emlDir, with its reason.
    """  # noqa: D301 - typer keeps the lines behind a \b as they are
    environment = begin("warning" if once else "info")
    boxes = boxes_to_run(boxes_of(config))
    erp = open_erp(environment)
    if problems := _inspected(erp, wait=not once):
        raise ConfigurationError(problems)
    tally = Tally(_tell_json if as_json else _tell_person)
    work = run_once if once else run_until_stopped
    work(boxes, erp, environment.data, tally)
    _summarise(tally)
    if tally.set_aside:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _inspected(erp: Erp, *, wait: bool) -> list[Problem]:
    """What does not fit; a service waits for a database that is away, `--once` does not."""
    while True:
        try:
            return inspect_schema(erp.engine, erp.tables)
        except TransientError as error:
            if not wait:
                raise
            tell(f"waiting: {error}")
            time.sleep(ROUND_SECONDS)


def _tell_json(mail: MailRecorded) -> None:
    line = {
        "mail_id": str(mail.mail_id),
        "subject": mail.subject,
        "verdict": list(mail.verdict),
        "source": mail.source,
        "again": mail.again,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _tell_person(mail: MailRecorded) -> None:
    again = " (recorded before)" if mail.again else ""
    sys.stdout.write(f"{', '.join(mail.verdict):32} {mail.subject}{again}\n")


def _summarise(tally: Tally) -> None:
    tell(f"{tally.verdicts.total()} mail(s) processed")
    if tally.set_aside:
        tell(f"{tally.set_aside} could not be processed: see failed/ below emlDir for the reasons")
    if tally.unsettled:
        tell(f"{tally.unsettled} file(s) are still being written: the next run takes them")
