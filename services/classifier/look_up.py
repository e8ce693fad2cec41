"""Looks up the facts for a batch of mails: a fixed number of queries, however many mails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from services.classifier.address_book import read_address_book
from services.classifier.facts import Facts, House, Processed, Role, User
from services.classifier.mail import Mail, domain
from services.classifier.numbers import read_records
from shared.contracts.references import ActivityTypeRef, RoleRef, UserRef
from shared.folding import fold_line
from shared.netgenium.database import database_errors
from shared.netgenium.many import in_chunks, owners_by_text, values_by_owner
from shared.netgenium.own_tables import identification_key_table
from shared.netgenium.tables import ErpTables


@dataclass(frozen=True, slots=True)
class DatabaseLookUp:
    """Reads facts from the ERP and from our own tables.

    Attributes:
        engine: The database.
        erp: Its mapped tables.
        house: Handed on with every answer.
    """

    engine: Engine
    erp: ErpTables
    house: House

    def __call__(self, mails: Sequence[Mail]) -> Sequence[Facts]:
        """The facts for each mail, in order.

        Raises:
            TransientError: The database is away.
            PermanentError: The mapping does not fit the database.
        """
        with database_errors(self.engine), self.engine.connect() as connection:
            return self._look_up(connection, mails)

    def _look_up(self, connection: Connection, mails: Sequence[Mail]) -> Sequence[Facts]:
        addresses = {mail.sender for mail in mails if mail.sender}
        addresses.update(address for mail in mails for address in mail.recipients)
        roles = read_roles(connection, self.erp)
        users = _read_users(connection, self.erp, addresses, roles)
        external = {
            address
            for address in addresses - users.keys()
            if domain(address) not in self.house.box.own_domains
        }
        book = read_address_book(connection, self.erp, external | addresses)
        processed = _read_processed(connection, {mail.key for mail in mails})
        tokens = {(token.kind, token.number) for mail in mails for token in mail.tokens[:1]}
        records = read_records(connection, self.erp, tokens)
        types = _read_activity_types(connection, self.erp)
        return [
            Facts(
                house=self.house,
                processed=processed.get(mail.key),
                users=users,
                known=book.by_address,
                relationships_by_domain=book.by_domain,
                records=records,
                activity_types=types,
                roles=tuple(roles.values()),
            )
            for mail in mails
        ]


def read_roles(connection: Connection, erp: ErpTables) -> Mapping[int, Role]:
    """All roles by id, in id order, with their depth in the tree: 1 without a parent.

    A role inside a ring of parents counts as if it had none.
    """
    role = erp.table("role").c
    rows = connection.execute(select(role.id, role.name, role.parent).order_by(role.id)).all()
    parents = {row.id: row.parent for row in rows}
    return {
        row.id: Role(RoleRef(id=row.id, name=row.name), _depth(row.id, parents)) for row in rows
    }


def _depth(role: int, parents: Mapping[int, int | None]) -> int:
    above: list[int] = []
    parent = parents.get(role)
    while parent is not None and parent in parents:
        if parent == role or parent in above:
            return 1
        above.append(parent)
        parent = parents[parent]
    return len(above) + 1


def _read_users(
    connection: Connection, erp: ErpTables, addresses: Iterable[str], roles: Mapping[int, Role]
) -> Mapping[str, User]:
    """Active users by address; of several with one address the one with the lowest id."""
    owners = owners_by_text(connection, erp, "user", "emails", addresses)
    ids = {owner for found in owners.values() for owner in found}
    user = erp.table("user").c
    active: set[int] = set()
    for chunk in in_chunks(sorted(ids)):
        query = select(user.id).where(user.id.in_(chunk), user.active.in_([True]))
        active.update(connection.scalars(query))
    emails = values_by_owner(connection, erp, "user", "emails", active)
    roles_of = values_by_owner(connection, erp, "user", "roles", active)
    known = {
        owner: User(
            UserRef(id=owner, email=emails[owner][0].lower()),
            tuple(roles[role].depth for role in roles_of.get(owner, ()) if role in roles),
        )
        for owner in active
    }
    return {
        address: known[owner]
        for address, found in owners.items()
        for owner in [next((owner for owner in found if owner in known), None)]
        if owner is not None
    }


def _read_processed(connection: Connection, keys: Iterable[str]) -> Mapping[str, Processed]:
    claimed = identification_key_table.c
    columns = (claimed.key, claimed.mail_id, claimed.content_sha256, claimed.body_sha256)
    return {
        row.key: Processed(row.mail_id, row.content_sha256, row.body_sha256)
        for chunk in in_chunks(sorted(keys))
        for row in connection.execute(select(*columns).where(claimed.key.in_(chunk)))
    }


def _read_activity_types(connection: Connection, erp: ErpTables) -> Mapping[str, ActivityTypeRef]:
    """Activity types by folded name; of two that fold alike, the first."""
    columns = erp.table("activity_type").c
    rows = connection.execute(select(columns.id, columns.name).order_by(columns.id.desc()))
    return {fold_line(row.name): ActivityTypeRef(id=row.id, name=row.name) for row in rows}
