"""What proves that a service's database works: that its tables can be read, and written.

*Works* is asked again and again, and tells what passes; *may* is asked at the start, and tells of
rights that are missing, too.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine, Table

from services.assembly.composition import Erp
from shared.netgenium.database.probe import allows, answers, takes_writes
from shared.netgenium.schema.grants import Privilege, Role, used_tables


def reads_work(erp: Erp) -> Callable[[Engine], None]:
    """Return a proof that the classifier can read what it looks up."""
    return partial(answers, tables=_tables(erp, "crm_classifier", "SELECT"))


def writes_work(erp: Erp) -> Callable[[Engine], None]:
    """Return a proof that the writer can read and add what it works with."""
    read, added = (_tables(erp, "crm_writer", way) for way in ("SELECT", "INSERT"))
    return partial(takes_writes, tables=added, read=read)


def may_read(erp: Erp) -> Callable[[Engine], None]:
    """Return what asks whether the login has the classifier's rights."""
    return partial(allows, read=_tables(erp, "crm_classifier", "SELECT"))


def may_write(erp: Erp) -> Callable[[Engine], None]:
    """Return what asks whether the login has the writer's rights."""
    read, added = (_tables(erp, "crm_writer", way) for way in ("SELECT", "INSERT"))
    return partial(allows, read=read, added=added)


def may_do_all(erp: Erp) -> Callable[[Engine], None]:
    """Return what asks whether the login has the rights of both, as one process needs them."""
    asked = may_read(erp), may_write(erp)

    def ask(engine: Engine) -> None:
        for one in asked:
            one(engine)

    return ask


def _tables(erp: Erp, role: Role, privilege: Privilege) -> list[Table]:
    names = used_tables(erp.tables.mapping, role, privilege)
    return [erp.tables.metadata.tables[name] for name in sorted(names)]
