"""`crmservice check`."""

import json
import sys
from dataclasses import asdict

import typer

from services.operator.check import run_checks, worst
from services.operator.commands.options import AsJson, Config, begin
from services.operator.present.as_text import checks_as_text, stdout_console


def check(
    config: Config,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Look at configuration, database, mapping and folders: each OK, or what to do.

    \b
    Examples:
      crmservice check --config crm.xml
      crmservice check --config crm.xml --json

    Ends with 0 only if nothing is wrong; warnings do not count.
    """  # noqa: D301 - typer keeps the lines behind a \b as they are
    checks = list(run_checks(config, begin("error")))
    code = worst(checks)
    if as_json:
        rows = [asdict(one) | {"exit_code": int(one.exit_code)} for one in checks]
        sys.stdout.write(json.dumps({"ok": not code, "checks": rows}, ensure_ascii=False) + "\n")
    else:
        stdout_console().print(checks_as_text(checks))
    raise typer.Exit(code)
