"""`crmservice list`."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from services.answers.records import TABLES, list_records
from services.assembly.composition import open_erp
from services.operator.commands.options import (
    AsJson,
    InLanguage,
    Since,
    begin,
    language_for,
    moment_since,
    one_of,
)
from services.operator.output import write_json
from services.operator.present.records import record_as_text
from shared.contracts.said import said
from shared.netgenium.schema.inspection import require_schema

Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")]
Held = Annotated[
    bool, typer.Option("--held", help="Of marks: those that wait for a person, and why.")
]


def list_table(  # noqa: PLR0913 - options of the command line
    table: Annotated[
        str,
        typer.Argument(help=f"One of: {', '.join(TABLES)}.", autocompletion=lambda: list(TABLES)),
    ],
    *,
    limit: Limit = None,
    since: Since = None,
    held: Held = False,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """List records of the database, the newest first, with natural keys instead of ids.

    Examples:
      crmservice list activities --limit 20
      crmservice list journal --since 2d --json
      crmservice list marks --held
    """
    one_of(said("list"), table, TABLES)
    environment = begin("warning")
    spoken = language_for(language)
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    zone = erp.zone
    first = moment_since(since, datetime.now(UTC), zone)
    empty = True
    for row in list_records(erp, table, since=first, most=limit, held=held):
        empty = False
        if as_json:
            write_json(row)
        else:
            sys.stdout.write(record_as_text(row, zone, spoken))
    if empty and not as_json:
        sys.stdout.write(spoken.say("none") + "\n")
