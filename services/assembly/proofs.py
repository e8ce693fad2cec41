"""What proves that a service's database works: that its tables can be read, and written."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine, Table

from services.assembly.composition import Erp
from shared.netgenium.database.probe import answers, takes_writes
from shared.netgenium.schema.grants import Privilege, Role, used_tables


def reads_work(erp: Erp) -> Callable[[Engine], None]:
    """Return a proof that the classifier can read what it looks up."""
    return partial(answers, tables=_tables(erp, "crm_classifier", "SELECT"))


def writes_work(erp: Erp) -> Callable[[Engine], None]:
    """Return a proof that the writer can read and add what it works with."""
    read, added = (_tables(erp, "crm_writer", way) for way in ("SELECT", "INSERT"))
    return partial(takes_writes, tables=added, read=read)


def _tables(erp: Erp, role: Role, privilege: Privilege) -> list[Table]:
    names = used_tables(erp.tables.mapping, role, privilege)
    return [erp.tables.metadata.tables[name] for name in sorted(names)]
