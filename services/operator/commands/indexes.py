"""`crmservice indexes`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.operator.commands.options import begin, one_of
from services.operator.setup.indexes_sql import INDEX_DIALECTS, indexes_sql
from shared.contracts.said import said
from shared.netgenium.schema.mapping import load_mapping


def indexes(
    dialect: Annotated[
        str,
        typer.Option(
            help=f"One of: {', '.join(INDEX_DIALECTS)}.",
            autocompletion=lambda: list(INDEX_DIALECTS),
        ),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file; without it NETGENIUM_MAPPING.")
    ] = None,
) -> None:
    """Print the SQL of the indexes that look-ups need in the ERP's own tables.

    Examples:
      crmservice indexes --dialect postgresql > indexes.sql
      crmservice indexes --dialect firebird --mapping mapping.toml

    Connects to nothing. crmservice check tells which of them are missing.
    """
    environment = begin("warning")
    chosen = one_of(said("dialect"), dialect, INDEX_DIALECTS)
    sys.stdout.write(indexes_sql(chosen, load_mapping(mapping or environment.mapping)))
