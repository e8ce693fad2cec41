"""`crmservice grants`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.operator.commands.options import begin
from shared.errors import WrongUseError
from shared.netgenium.grants_sql import DIALECTS, grants_sql
from shared.netgenium.mapping import load_mapping


def grants(
    dialect: Annotated[str, typer.Option(help=f"One of: {', '.join(DIALECTS)}.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file; without it NETGENIUM_MAPPING.")
    ] = None,
) -> None:
    """Print the SQL that gives each database role what it needs, and no more.

    \b
    Examples:
      crmservice grants --dialect postgresql > grants.sql
      crmservice grants --dialect firebird --mapping mapping.toml

    Connects to nothing. docs/mapping.md tells who gets which role.
    """  # noqa: D301 - typer keeps the lines behind a \b as they are
    environment = begin("warning")
    if dialect not in DIALECTS:
        raise WrongUseError(f"there is no dialect {dialect}; there are {', '.join(DIALECTS)}")
    chosen = load_mapping(mapping or environment.mapping)
    sys.stdout.write(grants_sql(dialect, chosen))
