"""What each database role may do, as one table; least privilege for every service (NG-8).

A role has the rights of `ROLES` and no others: nobody but the role of migrations makes or drops
tables. `grants_sql` writes the statements, `inspection` asks where rows are inserted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.netgenium.own.calendar_tables import CALENDAR_TABLES
from shared.netgenium.own.schema_state import VERSION_TABLE
from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.mapping_model import (
    InColumns,
    InTable,
    MappedEntity,
    NetGeniumMapping,
    column_name,
)

Role = Literal["crm_classifier", "crm_writer", "crm_operator", "crm_calsync", "crm_mailer"]
Privilege = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]

EVERY = ("*",)
"""Every mapped field of a record except its id."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role may do with a record beside reading it; its tables of several values alike.

    Attributes:
        insert: Add rows.
        update: Fields that may be changed; `EVERY`, or none. Tables of several values are changed
            only where rows may be deleted, too.
        delete: Remove rows.
        reads: Of a table of ours, the columns that may be read; none for all.
    """

    insert: bool = False
    update: tuple[str, ...] = ()
    delete: bool = False
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleRights:
    """What one role may do.

    Attributes:
        records: Rights by our name of the record.
        own: Rights by the name of our own table.
    """

    records: Mapping[str, Rights] = field(default_factory=dict)
    own: Mapping[str, Rights] = field(default_factory=dict)


_READ = Rights()
_ADD = Rights(insert=True)
_WRITE = Rights(insert=True, update=EVERY)
_ALL = Rights(insert=True, update=EVERY, delete=True)
_MARK = Rights(update=("allow_emails", "allow_bulk_emails", "non_functional"))
_CONTACT = (*_MARK.update, "relationship", "first_name", "last_name")
_COMPANY = (*_MARK.update, "name", "emails", "domains")
_ASSIGNED = ("contract", "order", "task", "opportunity")
_READ_EVERY_RECORD = dict.fromkeys(CATALOGUE, _READ)
_READ_EVERY_OWN = dict.fromkeys((*sorted(OWN.tables), VERSION_TABLE), _READ)
_LOOKED_UP = (
    "user",
    "role",
    "relationship",
    "contact",
    "contract",
    "order",
    "opportunity",
    "task",
    "activity_type",
    "activity",
    "invitation",
    "forbidden_email",
)
_CALENDAR = tuple(table.name for table in CALENDAR_TABLES)
_NOT_LOOKED_UP = (
    *_CALENDAR,
    "crm_box",
    "crm_change",
    "crm_counter",
    "crm_dead_letter",
    "crm_event",
    "crm_held_mark",
    "crm_journal_reference",
    "crm_journal_word",
    "crm_lock",
    "crm_log_file",
    "crm_log_words",
)
_ONLY_ADDED_TO = (
    "crm_event",
    "crm_journal_recipient",
    "crm_journal_reference",
    "crm_journal_word",
)

ROLES: Mapping[Role, RoleRights] = {
    # Facts for the rules.
    "crm_classifier": RoleRights(
        dict.fromkeys(_LOOKED_UP, _READ),
        {name: _READ for name in _READ_EVERY_OWN if name not in _NOT_LOOKED_UP},
    ),
    # The effects of mails.
    "crm_writer": RoleRights(
        {
            **_READ_EVERY_RECORD,
            "activity": Rights(insert=True, update=_ASSIGNED),
            "attachment": _ADD,
            "forbidden_email": _ADD,
            "task": _WRITE,
            "task_comment": _ADD,
            "invitation": _WRITE,
            "contact": Rights(insert=True, update=_CONTACT),
            "relationship": Rights(insert=True, update=_COMPANY),
        },
        {
            **dict.fromkeys(sorted(OWN.tables), _WRITE),
            **dict.fromkeys(_ONLY_ADDED_TO, _ADD),
            **dict.fromkeys(_CALENDAR, _READ),
            VERSION_TABLE: _READ,
        },
    ),
    # Activities and calendars in step: it deletes what was deleted in a calendar.
    "crm_calsync": RoleRights(
        {
            **dict.fromkeys(_LOOKED_UP, _READ),
            "activity": _ALL,
            "attachment": Rights(update=("activity",)),
            # The answer given in Outlook; the user only to take the row.
            "invitation": Rights(update=("user", "answer", "attendees")),
        },
        {
            **dict.fromkeys(_CALENDAR, _ALL),
            "crm_invitation": _READ,
            "crm_calendar_write": _WRITE,
            "crm_lock": _WRITE,
            # Notices, and whether they are there already; no mail.
            "crm_outbox": Rights(insert=True, reads=("outbox_id",)),
            VERSION_TABLE: _READ,
        },
    ),
    # Sends the outbox, and adds notices and comments to it.
    "crm_mailer": RoleRights(
        {
            **dict.fromkeys(("task", "contact", "user", "activity"), _READ),
            "task_comment": Rights(update=("sent_on",)),
        },
        {
            "crm_outbox": _WRITE,
            "crm_lock": _WRITE,
            "crm_dead_letter": _READ,
            VERSION_TABLE: _READ,
        },
    ),
    # A person at the command line: list, explain, undo, relink, held marks.
    "crm_operator": RoleRights(
        {
            **_READ_EVERY_RECORD,
            "activity": Rights(update=(*_ASSIGNED, "contact", "relationship")),
            "forbidden_email": _ALL,
            "task": _ALL,
            "contact": Rights(update=_CONTACT),
            "relationship": Rights(update=_COMPANY),
        },
        {
            **_READ_EVERY_OWN,
            "crm_calendar_item": Rights(update=EVERY),
            "crm_change": _WRITE,
            "crm_event": _ADD,
            "crm_held_mark": Rights(update=EVERY),
            "crm_lock": _WRITE,
            "crm_outbox": Rights(update=EVERY),
            "crm_soft_bounce": Rights(insert=True, delete=True),
        },
    ),
}
"""The rights of every role; the migrations of `init-db` run as the owner of our own tables."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege on one table.

    Attributes:
        columns: The columns that may be read or changed; none for the whole table.
    """

    role: Role
    privilege: Privilege
    table: str
    columns: tuple[str, ...] = ()


def granted(mapping: NetGeniumMapping) -> Iterator[Grant]:
    """Yield every privilege of every role on the tables of `mapping` and on our own."""
    for role, rights in ROLES.items():
        for name, entity in mapping.entities.items():
            if name in rights.records:
                yield from _on_record(role, entity, rights.records[name])
        for table, own in rights.own.items():
            yield from _on_table(role, table, own, () if own.update else None, own.reads)


def inserted_tables(mapping: NetGeniumMapping) -> frozenset[str]:
    """Return the ERP's tables that the writer adds rows to."""
    return used_tables(mapping, "crm_writer", "INSERT")


def used_tables(mapping: NetGeniumMapping, role: Role, privilege: Privilege) -> frozenset[str]:
    """Return the ERP's tables that `role` uses in a way."""
    return frozenset(
        grant.table
        for grant in granted(mapping)
        if grant.role == role and grant.privilege == privilege
        if grant.table not in OWN.tables and grant.table != VERSION_TABLE
    )


def _on_record(role: Role, entity: MappedEntity, rights: Rights) -> Iterator[Grant]:
    columns = tuple(_mapped(entity, rights.update))
    read = (entity.id, *_mapped(entity, EVERY))
    yield from _on_table(role, entity.table, rights, columns or None, read)
    for many in entity.many.values():
        if isinstance(many, InTable):
            read = (*filter(None, [many.id]), many.owner, column_name(many.value))
            yield from _on_table(role, many.table, rights, () if rights.delete else None, read)


def _mapped(entity: MappedEntity, fields: tuple[str, ...]) -> Iterator[str]:
    for name, column in entity.columns.items():
        if fields == EVERY or name in fields:
            yield column_name(column)
    for name, many in entity.many.items():
        if isinstance(many, InColumns) and (fields == EVERY or name in fields):
            yield from map(column_name, many.columns)


def _on_table(
    role: Role,
    table: str,
    rights: Rights,
    columns: tuple[str, ...] | None,
    read: tuple[str, ...] = (),
) -> Iterator[Grant]:
    """Yield privileges on a table; `columns` None: no change, empty: whole rows, as for `read`."""
    yield Grant(role, "SELECT", table, tuple(dict.fromkeys(read)))
    if rights.insert:
        yield Grant(role, "INSERT", table)
    if columns is not None:
        yield Grant(role, "UPDATE", table, columns)
    if rights.delete:
        yield Grant(role, "DELETE", table)
