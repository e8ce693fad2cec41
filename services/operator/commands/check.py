"""`crmservice check`."""

from dataclasses import asdict
from typing import Annotated

import typer

from services.answers.check import run_checks
from services.answers.checked import worst
from services.operator.commands.options import (
    AsJson,
    Config,
    InLanguage,
    begin,
    language_for,
    set_up_logging,
)
from services.operator.output import write_json
from services.operator.present.checks import checks_as_text
from services.operator.present.console import stdout_console
from shared.language.language import ENGLISH

Rehearse = Annotated[
    bool,
    typer.Option("--rehearse", help="Also try every kind of statement, and undo all of it."),
]


def check(
    config: Config,
    rehearse: Rehearse = False,  # noqa: FBT002 - a flag of the command line
    language: InLanguage = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Look at configuration, database, mapping and folders: each OK, or what to do.

    Examples:
      crmservice check --config crm.xml
      crmservice check --config crm.xml --json
      crmservice check --config crm.xml --rehearse

    Ends with 0 only if nothing is wrong; warnings do not count. --rehearse lets the
    classifier and the writer work on made-up mails, in one transaction that is rolled
    back: no row stays, no file is written, but ids that the database counts are used up.
    """
    environment = begin("error")
    spoken = language_for(language)
    if rehearse:
        # The writer would log what it records, and nothing of that stays.
        set_up_logging("error", environment)
    checks = list(run_checks(config, environment, rehearsal=rehearse))
    code = worst(checks)
    if as_json:
        rows = [asdict(one.told_in(ENGLISH)) for one in checks]
        write_json({"ok": not code, "checks": rows})
    else:
        stdout_console().print(checks_as_text([one.told_in(spoken) for one in checks], spoken))
    raise typer.Exit(code)
