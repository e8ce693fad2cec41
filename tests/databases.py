"""What databases of tests hold at the beginning; each server makes it once and copies it."""

from services.operator.setup.company import fill_company
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables
from tests.installation import COMPANY

ERP = ErpTables(load_mapping(None))
"""The tables of the reference mapping."""


def reference_schema(url: str) -> None:
    """Make the ERP's tables alone."""
    engine = open_database(url)
    create_reference_schema(engine, ERP)
    engine.dispose()


def our_tables(url: str) -> None:
    """Make our own tables alone."""
    engine = open_database(url)
    migrate(engine)
    engine.dispose()


def all_tables(url: str) -> None:
    """Make the ERP's tables and our own."""
    reference_schema(url)
    our_tables(url)


def a_company(url: str) -> None:
    """Make all tables, and a company in them."""
    all_tables(url)
    engine = open_database(url)
    fill_company(engine, ERP, COMPANY)
    engine.dispose()
