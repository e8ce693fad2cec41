"""The record of changes that can be undone (behaviours B-5, O-2): one row a changed record."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import AnyCommand, Mark
from shared.contracts.messages import MailClassified
from shared.netgenium.own_tables import change_table

Values = Mapping[str, Any]


def record_change(  # noqa: PLR0913 - a change is all of this
    work: UnitOfWork,
    mail: MailClassified,
    command: AnyCommand,
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
        "mail_id": mail.mail_id,
        "kind": command.kind,
        "address": address,
        "mark": mark,
        "old_values": None if old is None else _as_text(old),
        "new_values": _as_text(_stored(work, entity, record_id, new)),
        "changed_at": work.now,
    }
    work.connection.execute(insert(change_table), [row])


def change_record(work: UnitOfWork, entity: str, record_id: int, new: Values) -> Values | None:
    """Set the mapped ones of `new` in a record; gives what stood there, None if it is gone."""
    table = work.erp.table(entity)
    mapped = {name: value for name, value in new.items() if work.erp.has(entity, name)}
    if not mapped:
        return {}
    columns = [table.c[name] for name in mapped]
    row = work.connection.execute(select(*columns).where(table.c.id == record_id)).first()
    if row is None:
        return None
    work.connection.execute(update(table).where(table.c.id == record_id).values(mapped))
    return dict(zip(mapped, row, strict=True))


def _stored(work: UnitOfWork, entity: str, record_id: int, new: Values) -> Values:
    """`new` as the database has it: a text may have been cut."""
    table = work.erp.table(entity)
    names = [name for name in new if name in table.c]
    if not names:
        return {}
    query = select(*(table.c[name] for name in names)).where(table.c.id == record_id)
    row = work.connection.execute(query).first()
    return dict(zip(names, row, strict=True)) if row else {}


def _as_text(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
