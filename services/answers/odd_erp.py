"""What `check` says of an ERP that works, but not as well as it could: mapping, indexes, data."""

from collections.abc import Iterator

from services.answers.odd_data import Oddity, odd_data
from services.assembly.composition import Erp
from shared.netgenium.schema.indexes import missing_indexes


def oddities(erp: Erp) -> Iterator[Oddity]:
    """Everything that a person should look at.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: A table or column of the mapping is not there.
    """
    yield from _scope_without_team(erp)
    yield from _indexes(erp)
    yield from odd_data(erp)


def _scope_without_team(erp: Erp) -> Iterator[Oddity]:
    """The scope word `p-` leaves an activity to its responsible person and the team (T-5)."""
    if not erp.tables.has("contract", "team"):
        detail = "contract.team is not mapped: nobody can say who sees a mail with the word p-"
        remedy = "map the contract's team; if the ERP has none, only the responsible person sees it"
        yield Oddity("mapping", detail, remedy)


def _indexes(erp: Erp) -> Iterator[Oddity]:
    missing = missing_indexes(erp.engine, erp.tables)
    if missing is None:
        detail = f"{erp.engine.dialect.name} is not asked which indexes it has"
        remedy = "compare with what crmservice indexes prints"
        yield Oddity("indexes", detail, remedy)
    for one in missing or ():
        detail = f"{one.column}: no index that look-ups can use; with many rows mail gets slow"
        yield Oddity("indexes", detail, f"let the database's administrator run: {one.sql}")
