"""`crmservice list`."""

from typing import Annotated

import typer

from services.answers.records import TABLES, list_records
from services.assembly.composition import open_erp
from services.operator.commands.options import AsJson, begin, one_of
from services.operator.output import write_json
from services.operator.present.console import stdout_console
from services.operator.present.records import records_as_text
from shared.netgenium.schema.inspection import require_schema


def list_table(
    table: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(TABLES)}.", autocompletion=lambda: list(TABLES)),
    ],
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List records of the database, with natural keys instead of ids.

    Examples:
      crmservice list activities
      crmservice list journal --json
    """
    one_of("list", table, TABLES)
    erp = open_erp(begin("warning"))
    require_schema(erp.engine, erp.tables)
    rows = list_records(erp, table)
    if as_json:
        for row in rows:
            write_json(row)
    else:
        stdout_console().print(records_as_text(rows))
