"""Adds values to a field of a record that has several, such as addresses (behaviour E-4)."""

from collections.abc import Sequence

from sqlalchemy import select

from services.writer.unit_of_work import UnitOfWork
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.schema.tables import ManyTable


def add_missing(
    work: UnitOfWork, entity: str, field: str, record_id: int, values: Sequence[str]
) -> None:
    """Add those of `values` that the record does not have in whatever case.

    Where the ERP keeps them in columns, as many as there are free columns.
    """
    if not values or not work.erp.has(entity, field):
        return
    found = values_by_owner(work.connection, work.erp, entity, field, [record_id])
    there = {str(one).strip().lower() for one in found.get(record_id, ())}
    missing = [one for one in values if one.lower() not in there]
    places = work.erp.many(entity, field)
    if isinstance(places, ManyTable):
        work.append(places.table, [{"owner": record_id, "value": one} for one in missing])
        return
    table = work.erp.table(entity)
    row = work.connection.execute(select(*places.columns).where(table.c.id == record_id)).first()
    free = [column.key for column, held in zip(places.columns, row or (), strict=False) if not held]
    if new := dict(zip(free, missing, strict=False)):
        work.connection.execute(table.update().where(table.c.id == record_id).values(new))
