"""Reads users, roles and activity types (behaviours A-1, T-4, T-5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from shared.contracts.references import ActivityTypeRef, RoleRef, UserRef
from shared.domain.directory import Role, User
from shared.domain.folding import fold_line
from shared.netgenium.database.many import in_chunks, owners_by_text, values_by_owner
from shared.netgenium.schema.tables import ErpTables


def read_roles(connection: Connection, erp: ErpTables) -> Mapping[int, Role]:
    """Return all roles by id, in id order, with their depth in the tree: 1 without a parent.

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


def read_users(
    connection: Connection, erp: ErpTables, addresses: Iterable[str], roles: Mapping[int, Role]
) -> Mapping[str, User]:
    """Active users by address; of several with one address the one with the lowest id."""
    owners = owners_by_text(connection, erp, "user", "emails", addresses)
    known = users_by_id(
        connection, erp, {owner for found in owners.values() for owner in found}, roles
    )
    have = {address: [one for one in found if one in known] for address, found in owners.items()}
    return {
        address: replace(known[users[0]], twins=tuple(users[1:]))
        for address, users in have.items()
        if users
    }


def users_by_id(
    connection: Connection, erp: ErpTables, ids: Iterable[int], roles: Mapping[int, Role]
) -> Mapping[int, User]:
    """Return those of the users who are active and have an address, by id."""
    user = erp.table("user").c
    active: set[int] = set()
    for chunk in in_chunks(sorted(set(ids))):
        query = select(user.id).where(user.id.in_(chunk), user.active.in_([True]))
        active.update(connection.scalars(query))
    emails = values_by_owner(connection, erp, "user", "emails", active)
    roles_of = values_by_owner(connection, erp, "user", "roles", active)
    return {
        owner: User(
            UserRef(id=owner, email=emails[owner][0].strip().lower()),
            tuple(roles[role].depth for role in roles_of.get(owner, ()) if role in roles),
        )
        for owner in active
        if emails.get(owner)
    }


def read_active_users(connection: Connection, erp: ErpTables) -> Mapping[int, Sequence[str]]:
    """Return the addresses, in lower case, of all active users that have any, by id."""
    user = erp.table("user").c
    active = set(connection.scalars(select(user.id).where(user.active.in_([True]))))
    emails = values_by_owner(connection, erp, "user", "emails", active)
    cleaned = {owner: [one.strip().lower() for one in emails[owner]] for owner in sorted(emails)}
    return {owner: [one for one in found if one] for owner, found in cleaned.items() if any(found)}


def read_activity_types(connection: Connection, erp: ErpTables) -> Mapping[str, ActivityTypeRef]:
    """Activity types by folded name; of two that fold alike, the first."""
    columns = erp.table("activity_type").c
    rows = connection.execute(select(columns.id, columns.name).order_by(columns.id.desc()))
    return {fold_line(row.name): ActivityTypeRef(id=row.id, name=row.name) for row in rows}
