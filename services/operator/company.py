"""Company files: a small company in TOML to fill a fresh reference database with.

References between records are by natural key. Ids follow file order, from 1.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, Engine, insert, select

from shared.errors import ConfigurationError, Problem
from shared.netgenium.database import write_transaction
from shared.netgenium.ids import insert_rows
from shared.netgenium.tables import ErpTables, ManyTable

_ON, _OFF = {"allow_emails": True, "allow_bulk_emails": True}, {"non_functional": False}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RoleEntry(_Part):
    """A role; without parent it has depth 1."""

    name: str
    parent: str | None = None


class UserEntry(_Part):
    """A user, active unless said otherwise."""

    login: str
    name: str
    email: str
    role: str | None = None
    active: bool = True


class ContactEntry(_Part):
    """A person at a company."""

    name: str
    emails: tuple[str, ...] = ()


class RelationshipEntry(_Part):
    """A company in the address book."""

    name: str
    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    contacts: tuple[ContactEntry, ...] = ()


class ContractEntry(_Part):
    """A contract, with its team by login."""

    number: str
    subject: str = ""
    relationship: str | None = None
    team: tuple[str, ...] = ()
    closed: bool = False


class OrderEntry(_Part):
    """An order, numbered `yyyy-#`."""

    number: str
    contract: str | None = None
    relationship: str | None = None
    closed: bool = False


class OpportunityEntry(_Part):
    """An opportunity."""

    number: str
    relationship: str | None = None
    closed: bool = False


class TaskEntry(_Part):
    """A task, with solvers and approver by login and contact by e-mail."""

    number: str
    subject: str = ""
    solvers: tuple[str, ...] = ()
    approver: str | None = None
    contract: str | None = None
    contact: str | None = None


class Company(_Part):
    """A whole company file."""

    box: str = ""
    activity_types: tuple[str, ...] = ("E-mail",)
    roles: tuple[RoleEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()
    relationships: tuple[RelationshipEntry, ...] = ()
    contracts: tuple[ContractEntry, ...] = ()
    orders: tuple[OrderEntry, ...] = ()
    opportunities: tuple[OpportunityEntry, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()

    def contacts(self) -> list[ContactEntry]:
        """All contacts, in file order."""
        return [contact for company in self.relationships for contact in company.contacts]


def load_company(path: Path) -> Company:
    """Read and check a company file.

    Raises:
        ConfigurationError: Everything that is wrong with it.
    """
    try:
        company = Company.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        problem = Problem(str(path), f"cannot be read: {error.strerror}", "correct the path")
        raise ConfigurationError([problem]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(str(path), f"is not TOML: {error}", "correct the file")
        raise ConfigurationError([problem]) from None
    except ValidationError as error:
        raise ConfigurationError(_invalid(path, error)) from None
    if problems := [*_doubled(path, company), *_dangling(path, company)]:
        raise ConfigurationError(problems)
    return company


def fill_company(engine: Engine, tables: ErpTables, company: Company) -> bool:
    """Put `company` into an empty database; tells whether it did.

    The same company again is left as it is.

    Raises:
        ConfigurationError: The database holds users of another company.
        TransientError: The database is away.
    """
    with write_transaction(engine) as connection:
        user = tables.table("user").c
        there = list(connection.scalars(select(user.login).order_by(user.id)))
        if there:
            if there == [entry.login for entry in company.users]:
                return False
            what = f"already holds {len(there)} users of another company"
            remedy = "use an empty database, or leave --company out"
            raise ConfigurationError([Problem("database", what, remedy)])
        _Filling(connection, tables, company).fill()
        return True


class _Filling:
    """Fills an empty database, table by table."""

    def __init__(self, connection: Connection, tables: ErpTables, company: Company) -> None:
        self._connection = connection
        self._tables = tables
        self._company = company
        self._roles = _ids(entry.name for entry in company.roles)
        self._users = _ids(entry.login for entry in company.users)
        self._companies = _ids(entry.name for entry in company.relationships)
        self._contracts = _ids(entry.number for entry in company.contracts)
        self._contacts = {
            email.lower(): number
            for number, entry in reversed(list(enumerate(company.contacts(), start=1)))
            for email in entry.emails
        }

    def fill(self) -> None:
        """Everything, in the order of the references."""
        company = self._company
        self._insert("activity_type", [{"name": name} for name in company.activity_types])
        self._insert(
            "role", [{"name": e.name, "parent": self._roles.get(e.parent)} for e in company.roles]
        )
        self._fill_users()
        self._fill_address_book()
        self._fill_numbered()
        self._fill_tasks()

    def _fill_users(self) -> None:
        users = self._company.users
        self._insert(
            "user",
            [{"login": e.login, "name": e.name, "active": e.active} for e in users],
            {"emails": [[e.email] for e in users]},
        )
        self._link("user", "roles", [[self._roles[e.role]] if e.role else [] for e in users])

    def _fill_address_book(self) -> None:
        companies = self._company.relationships
        self._insert(
            "relationship",
            [{"name": e.name, **_ON, **_OFF} for e in companies],
            {"emails": [e.emails for e in companies], "domains": [e.domains for e in companies]},
        )
        owners = [number for number, e in enumerate(companies, start=1) for _ in e.contacts]
        contacts = self._company.contacts()
        self._insert(
            "contact",
            [
                {"relationship": owner, **_name(contact.name), **_ON, **_OFF}
                for owner, contact in zip(owners, contacts, strict=True)
            ],
            {"emails": [contact.emails for contact in contacts]},
        )

    def _fill_numbered(self) -> None:
        company = self._company
        self._insert(
            "contract",
            [
                {
                    "number": e.number,
                    "subject": e.subject,
                    "closed": e.closed,
                    "relationship": self._companies.get(e.relationship),
                }
                for e in company.contracts
            ],
        )
        self._link(
            "contract", "team", [[self._users[u] for u in e.team] for e in company.contracts]
        )
        self._insert(
            "order",
            [
                {
                    "number": e.number,
                    "closed": e.closed,
                    "contract": self._contracts.get(e.contract),
                    "relationship": self._companies.get(e.relationship),
                }
                for e in company.orders
            ],
        )
        self._insert(
            "opportunity",
            [
                {
                    "number": e.number,
                    "closed": e.closed,
                    "relationship": self._companies.get(e.relationship),
                }
                for e in company.opportunities
            ],
        )

    def _fill_tasks(self) -> None:
        tasks = self._company.tasks
        self._insert(
            "task",
            [
                {
                    "number": e.number,
                    "subject": e.subject,
                    "approver": self._users.get(e.approver),
                    "contract": self._contracts.get(e.contract),
                    "contact": self._contacts.get((e.contact or "").lower()),
                }
                for e in tasks
            ],
        )
        self._link("task", "solvers", [[self._users[u] for u in e.solvers] for e in tasks])

    def _insert(
        self,
        entity: str,
        rows: Sequence[Mapping[str, Any]],
        many: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        """Rows with the ids 1, 2, …; several values where the mapping has them."""
        if not self._tables.has(entity):
            return
        many = many or {}
        numbered = []
        for number, row in enumerate(rows, start=1):
            values = {key: value for key, value in row.items() if self._tables.has(entity, key)}
            for name, listed in many.items():
                values |= self._in_columns(entity, name, listed[number - 1])
            numbered.append({"id": number, **values})
        if numbered:
            self._connection.execute(insert(self._tables.table(entity)), numbered)
        for name, listed in many.items():
            self._link(entity, name, listed)

    def _in_columns(self, entity: str, name: str, listed: Sequence[str]) -> Mapping[str, Any]:
        if not self._tables.has(entity, name):
            return {}
        places = self._tables.many(entity, name)
        if isinstance(places, ManyTable):
            return {}
        keys = [column.key for column in places.columns]
        return dict.fromkeys(keys) | dict(zip(keys, listed, strict=False))

    def _link(self, entity: str, name: str, listed: Sequence[Sequence[Any]]) -> None:
        """Values that lie in a table of their own; `listed` is in the order of the records."""
        if not self._tables.has(entity, name):
            return
        places = self._tables.many(entity, name)
        if isinstance(places, ManyTable):
            rows = [
                {"owner": number, "value": value}
                for number, values in enumerate(listed, start=1)
                for value in values
            ]
            strategy = self._tables.mapping.ids.strategy
            if "id" in places.table.c:
                insert_rows(self._connection, places.table, rows, strategy)
            elif rows:
                self._connection.execute(insert(places.table), rows)


def _ids(keys: Iterable[str]) -> Mapping[str | None, int]:
    """Ids in file order, by natural key."""
    return {key: number for number, key in enumerate(keys, start=1)}


def _name(name: str) -> Mapping[str, str]:
    first, _, last = name.rpartition(" ")
    return {"first_name": first, "last_name": last}


def _doubled(path: Path, company: Company) -> Iterator[Problem]:
    lists: Sequence[tuple[str, Sequence[str]]] = (
        ("roles", [entry.name for entry in company.roles]),
        ("users", [entry.login for entry in company.users]),
        ("relationships", [entry.name for entry in company.relationships]),
        ("contracts", [entry.number for entry in company.contracts]),
        ("orders", [entry.number for entry in company.orders]),
        ("opportunities", [entry.number for entry in company.opportunities]),
        ("tasks", [entry.number for entry in company.tasks]),
    )
    for name, keys in lists:
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(f"{path} [[{name}]]", f"{key} stands twice", "each key stands once")


def _dangling(path: Path, company: Company) -> Iterator[Problem]:
    """References to records that the file does not have."""
    known: Mapping[str, list[str]] = {
        "role": [entry.name for entry in company.roles],
        "user": [entry.login for entry in company.users],
        "relationship": [entry.name for entry in company.relationships],
        "contract": [entry.number for entry in company.contracts],
        "contact": [email for entry in company.contacts() for email in entry.emails],
    }
    for place, kind, key in _references(company):
        if key is not None and key not in known[kind]:
            near = difflib.get_close_matches(key, known[kind], 1)
            remedy = f"did you mean {near[0]}?" if near else f"add the {kind}"
            yield Problem(f"{path} {place}", f"there is no {kind} {key}", remedy)


def _references(company: Company) -> Iterator[tuple[str, str, str | None]]:
    """(place, kind, natural key) of every reference in the file."""
    for role in company.roles:
        yield f"role {role.name}", "role", role.parent
    for user in company.users:
        yield f"user {user.login}", "role", user.role
    for contract in company.contracts:
        yield f"contract {contract.number}", "relationship", contract.relationship
        for login in contract.team:
            yield f"contract {contract.number}", "user", login
    for order in company.orders:
        yield f"order {order.number}", "contract", order.contract
        yield f"order {order.number}", "relationship", order.relationship
    for opportunity in company.opportunities:
        yield f"opportunity {opportunity.number}", "relationship", opportunity.relationship
    for task in company.tasks:
        for login in (*task.solvers, task.approver):
            yield f"task {task.number}", "user", login
        yield f"task {task.number}", "contract", task.contract
        yield f"task {task.number}", "contact", task.contact


def _invalid(path: Path, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        *place, last = (str(step) for step in detail["loc"])
        where = f"{path} {'.'.join(place)}".rstrip()
        if detail["type"] != "extra_forbidden":
            yield Problem(f"{where}.{last}", detail["msg"].lower(), "correct the value")
            continue
        near = difflib.get_close_matches(last, _KEYS, 1)
        remedy = f"did you mean {near[0]}?" if near else "docs/netgenium.md has the format"
        yield Problem(where, f"there is no key {last}", remedy)


_KEYS = sorted(
    {
        key
        for model in (
            Company,
            RoleEntry,
            UserEntry,
            ContactEntry,
            RelationshipEntry,
            ContractEntry,
            OrderEntry,
            OpportunityEntry,
            TaskEntry,
        )
        for key in model.model_fields
    }
)
