"""The record of changes that can be undone (behaviours B-5, O-2): one row a changed record.

Values are kept as JSON; of a long new text its digest stands for it, which is enough to see
whether somebody has changed it since. What stood there before is kept whole, to be set back.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select

from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.contracts.commands import AnyCommand, AssignActivity, LinkActivity, Mark
from shared.netgenium.database.many import values_by_owner
from shared.netgenium.own.tables import change_table
from shared.netgenium.schema.mapping_model import InTable
from shared.netgenium.schema.tables import ErpTables

Values = Mapping[str, Any]

_LONGEST_TEXT = 500


def record_change(  # noqa: PLR0913 - a change is all of this
    work: UnitOfWork,
    cause: Cause,
    command: AnyCommand | LinkActivity | AssignActivity,
    entity: str,
    record_id: int,
    *,
    old: Values | None,
    new: Values,
    address: str | None = None,
    mark: Mark | None = None,
) -> None:
    """Remember that `command` set `new` in a record that had `old`; None: it made the record."""
    row = {
        "command_id": command.command_id,
        "entity": entity,
        "record_id": record_id,
        "cause_id": cause.id,
        "cause_kind": cause.kind,
        "kind": command.kind,
        "address": address,
        "mark": mark,
        "old_values": None if old is None else as_text(old),
        "new_values": as_text(_shortened(_stored(work, entity, record_id, new))),
        "changed_at": work.now,
    }
    work.changes.append(row)


def change_record(work: UnitOfWork, entity: str, record_id: int, new: Values) -> Values | None:
    """Set the mapped ones of `new` in a record; return what was there, None if it is gone."""
    table = work.erp.table(entity)
    mapped = work.erp.mapped(entity, new)
    if not mapped:
        return {}
    columns = [table.c[name] for name in mapped]
    row = work.connection.execute(select(*columns).where(table.c.id == record_id)).first()
    if row is None:
        return None
    work.update(entity, record_id, mapped)
    return dict(zip(mapped, row, strict=True))


def stands(address: str, mark: Mark, work: UnitOfWork) -> bool:
    """Return whether `address` is marked by a mail before, and nobody has undone it."""
    if any((row["address"], row["mark"]) == (address, mark) for row in work.changes):
        return True
    change = change_table.c
    standing = (change.address == address, change.mark == mark, change.undone_at.is_(None))
    query = select(change.command_id).where(*standing).limit(1)
    return work.connection.execute(query).first() is not None


def whole_record(connection: Connection, erp: ErpTables, entity: str, record_id: int) -> Values:
    """Return every mapped value of a record, its lists too; nothing if it is gone."""
    table = erp.table(entity)
    found = _values(
        connection, table, record_id, [column.key for column in table.c if column.key != "id"]
    )
    if not found:
        return {}
    lists = {
        name: list(values_by_owner(connection, erp, entity, name, [record_id]).get(record_id, ()))
        for name, many in erp.mapping.entities[entity].many.items()
        if isinstance(many, InTable)
    }
    return {**found, **lists}


def as_remembered(values: Values) -> Values:
    """Return `values` as new values come back from the record of changes, to compare with."""
    remembered: Values = json.loads(as_text(_shortened(values)))
    return remembered


def as_text(values: Values) -> str:
    """Return `values` as the record of changes keeps them."""
    return json.dumps(dict(values), ensure_ascii=False, default=_plain)


def _stored(work: UnitOfWork, entity: str, record_id: int, new: Values) -> Values:
    """Return `new` as the database has it now: a text may have been cut."""
    table = work.erp.table(entity)
    columns = [name for name, value in new.items() if name in table.c and isinstance(value, str)]
    stored = _values(work.connection, table, record_id, columns)
    return {**new, **stored}


def _values(connection: Connection, table: Table, record_id: int, names: Sequence[str]) -> Values:
    if not names:
        return {}
    query = select(*(table.c[name] for name in names)).where(table.c.id == record_id)
    row = connection.execute(query).first()
    return dict(zip(names, row, strict=True)) if row else {}


def _shortened(values: Values) -> Values:
    return {name: _digest(value) for name, value in values.items()}


def _digest(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"sha256:{sha256(value.encode()).hexdigest()}"
    return value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
