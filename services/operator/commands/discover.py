"""`crmservice discover`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from services.operator.commands.options import begin, tell
from services.operator.setup.discovery.discover import discover as propose
from shared.contracts.said import said
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.database.engine import open_database


def discover(
    output: Annotated[
        Path | None, typer.Option(help="New file for the mapping; without it standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Propose a mapping file from the tables and columns of the ERP's database.

    Examples:
      crmservice discover --output mapping.toml
      crmservice discover | less

    Only reads the database. Each line's comment says how sure it is. Ends with 3 if something
    that a mapping needs was not found: it stays as a comment, with the nearest names.
    """
    if output and output.exists() and not force:
        raise WrongUseError(
            said("{output} exists; give another name, or --force to overwrite it", output=output)
        )
    found = propose(open_database(begin("warning").database_url.get_secret_value(), makes=False))
    if output:
        _write(output, found.toml, force=force)
        tell(
            said(
                "{output}: {records} record(s) proposed; look at the comments",
                output=output,
                records=found.records,
            )
        )
    else:
        sys.stdout.write(found.toml)
    if found.lacking:
        tell(said("not found, but needed: {names}", names=", ".join(found.lacking)))
        raise typer.Exit(ExitCode.PARTLY_DONE)
    if output:
        tell(
            said(
                "next: NETGENIUM_MAPPING={output} crmservice check --config crm.xml", output=output
            )
        )


def _write(file: Path, text: str, *, force: bool) -> None:
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise WrongUseError(
            said("{file} cannot be written: {reason}", file=file, reason=error.strerror)
        ) from None
