"""`crmservice grants`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.operator.commands.options import begin, one_of
from services.operator.setup.grants_sql import DIALECTS, grants_sql
from shared.contracts.said import said
from shared.netgenium.schema.mapping import load_mapping


def grants(
    dialect: Annotated[
        str,
        typer.Option(help=f"One of: {', '.join(DIALECTS)}.", autocompletion=lambda: list(DIALECTS)),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file; without it NETGENIUM_MAPPING.")
    ] = None,
) -> None:
    """Print the SQL that gives each database role what it needs, and no more.

    Examples:
      crmservice grants --dialect postgresql > grants.sql
      crmservice grants --dialect firebird --mapping mapping.toml

    Connects to nothing. docs/mapping.md tells who gets which role.
    """
    environment = begin("warning")
    chosen = one_of(said("dialect"), dialect, DIALECTS)
    sys.stdout.write(grants_sql(chosen, load_mapping(mapping or environment.mapping)))
