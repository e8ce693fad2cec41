"""`crmservice init-db`."""

from pathlib import Path
from typing import Annotated

import typer

from services.assembly.composition import open_erp
from services.assembly.secret import make_secret
from services.operator.commands.options import begin, tell
from services.operator.setup.company import fill_company
from services.operator.setup.company_file import load_company
from shared.contracts.said import said
from shared.netgenium.database.engine import database_errors, shown
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema


def init_db(
    company: Annotated[
        Path | None,
        typer.Option(help="Company file (TOML) to fill a fresh reference database with."),
    ] = None,
) -> None:
    """Create our own tables; in an empty database also a reference ERP's.

    Examples:
      crmservice init-db
      crmservice init-db --company company.toml

    The database is NETGENIUM_DATABASE_URL, by default an SQLite file in the data folder.
    In one that has tables already, as NET Genium's has, only our own (crm_...) are
    made. Safe to run again: what is there stays.
    """
    environment = begin("warning")
    wanted = load_company(company) if company else None
    erp = open_erp(environment, makes=True)
    with database_errors(erp.engine):
        made = create_reference_schema(erp.engine, erp.tables)
        migrate(erp.engine)
        filled = wanted is not None and fill_company(erp.engine, erp.tables, wanted)
    if environment.secret is None:
        make_secret(environment.data)
    where, schema = shown(erp.engine.url), "created" if made else "was there"
    tell(
        said(
            "{where}: reference schema {schema}, own tables up to date", where=where, schema=schema
        )
    )
    if wanted:
        what = said("filled in") if filled else said("was there already")
        tell(said("{company}: {what}", company=company, what=what))
    tell(said("next: crmservice check --config crm.xml"))
