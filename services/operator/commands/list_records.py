"""`crmservice list`."""

import json
import sys
from typing import Annotated

import typer

from services.operator.commands.options import AsJson, begin
from services.operator.composition import open_erp
from services.operator.present.as_text import records_as_text, stdout_console
from services.operator.records import TABLES, list_records
from shared.errors import WrongUseError
from shared.netgenium.inspection import require_schema


def list_table(
    table: Annotated[str, typer.Argument(help=f"One of: {', '.join(TABLES)}.")],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List records of the database, with natural keys instead of ids.

    \b
    Examples:
      crmservice list activities
      crmservice list journal --json
    """  # noqa: D301 - typer keeps the lines behind a \b as they are
    if table not in TABLES:
        raise WrongUseError(f"there is no list {table}; there are {', '.join(TABLES)}")
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    rows = list_records(erp, table)
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    else:
        stdout_console().print(records_as_text(rows))
