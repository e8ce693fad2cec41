"""Fills a fresh reference database with the company of a company file.

Ids follow file order, from 1 in an empty database.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from services.operator.setup.company_entries import (
    Company,
    ContractEntry,
    OpportunityEntry,
    OrderEntry,
)
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.schema.tables import ErpTables, ManyTable

_ON, _OFF = {"allow_emails": True, "allow_bulk_emails": True}, {"non_functional": False}

Row = Mapping[str, Any]
Lists = Mapping[str, Sequence[Sequence[Any]]]


def fill_company(engine: Engine, tables: ErpTables, company: Company) -> bool:
    """Put `company` into an empty database; tells whether it did.

    The same company again is left as it is.

    Raises:
        ConfigurationError: The database holds another company, or a record has more e-mails than
            the mapping has columns.
        TransientError: The database is unreachable.
    """
    with write_transaction(engine) as connection:
        there = _holds(connection, tables)
        if not any(there.values()):
            _Filling(connection, tables, company).fill()
            return True
        wanted = {
            "user": [entry.login for entry in company.users],
            "role": [entry.name for entry in company.roles],
            "activity_type": list(company.activity_types),
        }
        if there == wanted:
            return False
        what = said("already holds {given} users of another company", given=len(there["user"]))
        remedy = said("use an empty database, or leave --company out")
        raise ConfigurationError([ConfigProblem("database", what, remedy)])


def _holds(connection: Connection, tables: ErpTables) -> Mapping[str, list[str]]:
    """Return natural keys of what tells one company from another, in id order."""
    keys = {"user": "login", "role": "name", "activity_type": "name"}
    columns = {entity: tables.table(entity).c for entity in keys}
    return {
        entity: list(connection.scalars(select(columns[entity][key]).order_by(columns[entity].id)))
        for entity, key in keys.items()
    }


class _Filling:
    """Fills an empty database, table by table, in the order of the references."""

    def __init__(self, connection: Connection, tables: ErpTables, company: Company) -> None:
        self._connection = connection
        self._tables = tables
        self._company = company
        # Ids by natural key, as the records are made.
        self._roles: Mapping[str | None, int] = {}
        self._users: Mapping[str | None, int] = {}
        self._companies: Mapping[str | None, int] = {}
        self._contracts: Mapping[str | None, int] = {}
        self._contacts: Mapping[str, int] = {}

    def fill(self) -> None:
        """Fill in everything."""
        self._insert("activity_type", [{"name": name} for name in self._company.activity_types])
        self._fill_roles()
        self._fill_users()
        self._fill_address_book()
        self._fill_numbered()
        self._fill_tasks()

    def _fill_roles(self) -> None:
        roles = self._company.roles
        ids = self._insert("role", [{"name": e.name} for e in roles])
        self._roles = _by_key((e.name for e in roles), ids)
        table = self._tables.table("role")
        parents = [
            {"child": self._roles[e.name], "above": self._roles[e.parent]}
            for e in roles
            if e.parent
        ]
        if parents:
            # Behind the inserts, because a parent may stand below its child in the file.
            child = update(table).where(table.c.id == bindparam("child"))
            self._connection.execute(child.values(parent=bindparam("above")), parents)

    def _fill_users(self) -> None:
        users = self._company.users
        ids = self._insert(
            "user",
            [{"login": e.login, "name": e.name, "active": e.active} for e in users],
            {
                "emails": [[e.email] for e in users],
                "roles": [[self._roles[e.role]] if e.role else [] for e in users],
            },
        )
        self._users = _by_key((e.login for e in users), ids)

    def _fill_address_book(self) -> None:
        companies = self._company.relationships
        ids = self._insert(
            "relationship",
            [{"name": e.name, **_ON, **_OFF} for e in companies],
            {"emails": [e.emails for e in companies], "domains": [e.domains for e in companies]},
        )
        self._companies = _by_key((e.name for e in companies), ids)
        contacts = self._company.contacts()
        owners = [owner for owner, e in zip(ids, companies, strict=False) for _ in e.contacts]
        made = self._insert(
            "contact",
            [
                {"relationship": owner, **_name(contact.name), **_ON, **_OFF}
                for owner, contact in zip(owners, contacts, strict=True)
            ],
            {"emails": [contact.emails for contact in contacts]},
        )
        # Of several contacts with one e-mail, a task means the first.
        self._contacts = {
            email.lower(): number
            for number, contact in reversed(list(zip(made, contacts, strict=True)))
            for email in contact.emails
        }

    def _fill_numbered(self) -> None:
        company = self._company
        ids = self._insert(
            "contract",
            [{**self._numbered(e), "subject": e.subject} for e in company.contracts],
            {"team": [[self._users[login] for login in e.team] for e in company.contracts]},
        )
        self._contracts = _by_key((e.number for e in company.contracts), ids)
        orders = [
            {**self._numbered(e), "contract": self._contracts.get(e.contract)}
            for e in company.orders
        ]
        self._insert("order", orders)
        self._insert("opportunity", [self._numbered(e) for e in company.opportunities])

    def _numbered(self, entry: ContractEntry | OrderEntry | OpportunityEntry) -> Row:
        relationship = self._companies.get(entry.relationship)
        return {"number": entry.number, "closed": entry.closed, "relationship": relationship}

    def _fill_tasks(self) -> None:
        tasks = self._company.tasks
        rows = [
            {
                "number": e.number,
                "subject": e.subject,
                "approver": self._users.get(e.approver),
                "contract": self._contracts.get(e.contract),
                "contact": self._contacts.get((e.contact or "").lower()),
            }
            for e in tasks
        ]
        self._insert(
            "task", rows, {"solvers": [[self._users[u] for u in e.solvers] for e in tasks]}
        )

    def _insert(self, entity: str, rows: Sequence[Row], lists: Lists | None = None) -> list[int]:
        """Insert what the mapping has of `rows` and of their `lists`; return the ids, in order."""
        if not self._tables.has(entity):
            return []
        lists = self._tables.mapped(entity, lists or {})
        mapped = []
        for number, row in enumerate(rows):
            values = self._tables.mapped(entity, row)
            for name, listed in lists.items():
                values |= self._in_columns(entity, name, listed[number])
            mapped.append(values)
        strategy = self._tables.mapping.ids.strategy
        ids = insert_rows(self._connection, self._tables.table(entity), mapped, strategy)
        for name, listed in lists.items():
            self._link(entity, name, ids, listed)
        return ids

    def _in_columns(self, entity: str, name: str, listed: Sequence[Any]) -> Row:
        places = self._tables.many(entity, name)
        if isinstance(places, ManyTable):
            return {}
        keys = [column.key for column in places.columns]
        if len(listed) > len(keys):
            what = said(
                "a {entity} has {given} {name}, the mapping has columns for {most}",
                entity=entity,
                given=len(listed),
                name=name,
                most=len(keys),
            )
            raise ConfigurationError([ConfigProblem("company file", what, said("leave some out"))])
        return dict(zip(keys, [*listed, *repeat(None, len(keys) - len(listed))], strict=True))

    def _link(
        self, entity: str, name: str, ids: Sequence[int], listed: Sequence[Sequence[Any]]
    ) -> None:
        """Insert values that lie in a table of their own; `listed` is in the order of `ids`."""
        places = self._tables.many(entity, name)
        if not isinstance(places, ManyTable):
            return
        rows = [
            {"owner": owner, "value": value}
            for owner, values in zip(ids, listed, strict=True)
            for value in values
        ]
        if "id" in places.table.c:
            insert_rows(self._connection, places.table, rows, self._tables.mapping.ids.strategy)
        elif rows:
            self._connection.execute(insert(places.table), rows)


def _by_key(keys: Iterable[str], ids: Iterable[int]) -> Mapping[str | None, int]:
    return dict(zip(keys, ids, strict=True))


def _name(name: str) -> Mapping[str, str]:
    first, _, last = name.rpartition(" ")
    return {"first_name": first, "last_name": last}
