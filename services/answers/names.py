"""Natural keys of records by their ids: only of those that are shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from shared.netgenium.database.many import in_chunks, values_by_owner
from shared.netgenium.own.tables import effect_table
from shared.netgenium.schema.tables import ErpTables

Ids = Iterable[int | None]
Names = Mapping[int | None, str]


class RecordNames:
    """Reads natural keys through one connection; what is not mapped has none."""

    def __init__(self, connection: Connection, erp: ErpTables) -> None:
        """Take the connection and the mapped tables."""
        self._connection = connection
        self._erp = erp

    def addresses(self, entity: str, ids: Ids) -> Names:
        """Return the first address of users or contacts, in lower case."""
        emails = values_by_owner(self._connection, self._erp, entity, "emails", _there(ids))
        return {owner: str(values[0]).strip().lower() for owner, values in emails.items()}

    def column(self, entity: str, field: str, ids: Ids) -> Names:
        """Return a field of records, as the name of a company or the number of a task."""
        if not self._erp.has(entity):
            return {}
        table = self._erp.table(entity).c
        return {
            row[0]: row[1]
            for chunk in in_chunks(_there(ids))
            for row in self._connection.execute(
                select(table.id, table[field]).where(table.id.in_(chunk))
            )
        }

    def lists(self, entity: str, field: str, ids: Ids) -> Mapping[int, Sequence[Any]]:
        """Return the values of a field that may have several."""
        if not self._erp.has(entity, field):
            return {}
        return values_by_owner(self._connection, self._erp, entity, field, _there(ids))

    def mail_ids(self, entity: str, ids: Ids) -> Mapping[int, str]:
        """Return which mail has made each record; changes of earlier records are left out."""
        own = effect_table.c
        made = (own.cause_kind == "mail", own.kind == f"create_{entity}", own.entity == entity)
        return {
            row.record_id: str(row.cause_id)
            for chunk in in_chunks(_there(ids))
            for row in self._connection.execute(
                select(own.record_id, own.cause_id).where(own.record_id.in_(chunk), *made)
            )
        }

    def attachments(self, activities: Ids) -> Mapping[int, Sequence[str]]:
        """Return names of the files of activities."""
        table = self._erp.table("attachment").c
        names: dict[int, list[str]] = defaultdict(list)
        for chunk in in_chunks(_there(activities)):
            query = select(table.activity, table.name).where(table.activity.in_(chunk))
            for row in self._connection.execute(query.order_by(table.id)):
                names[row.activity].append(row.name)
        return names


def _there(ids: Ids) -> list[int]:
    return sorted({one for one in ids if one is not None})
