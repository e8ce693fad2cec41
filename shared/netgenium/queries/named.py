"""Reads users and companies by the names that the administrator's rules give them (C-2)."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from shared.contracts.references import RelationshipRef, UserRef
from shared.domain.directory import Named, Names
from shared.netgenium.database.many import in_chunks, owners_by_text, values_by_owner
from shared.netgenium.database.trimmed import Trimmed, plain
from shared.netgenium.schema.tables import ErpTables


def read_named(connection: Connection, erp: ErpTables, names: Names) -> Named:
    """Return those of `names` that the ERP has; of several with one name the first made."""
    return Named(_users(connection, erp, names.users), _companies(connection, erp, names.companies))


def _users(connection: Connection, erp: ErpTables, names: Iterable[str]) -> Mapping[str, UserRef]:
    """Return active users by login, which goes before an address."""
    forms = {name: name.strip().lower() for name in names}
    asked = sorted(set(forms.values()))
    user = erp.table("user").c
    by_address = owners_by_text(connection, erp, "user", "emails", asked)
    ids = {form: found[0] for form, found in by_address.items() if found}
    for chunk in in_chunks(asked):
        login = plain(user.login)
        query = select(user.id, login.label("login")).where(login.in_(chunk))
        ids |= {row.login: row.id for row in connection.execute(query.order_by(user.id.desc()))}
    refs = _active(connection, erp, ids.values())
    return {name: refs[ids[form]] for name, form in forms.items() if ids.get(form) in refs}


def _active(connection: Connection, erp: ErpTables, ids: Iterable[int]) -> Mapping[int, UserRef]:
    user = erp.table("user").c
    active: set[int] = set()
    for chunk in in_chunks(sorted(set(ids))):
        which = user.id.in_(chunk), user.active.in_([True])
        active.update(connection.scalars(select(user.id).where(*which)))
    emails = values_by_owner(connection, erp, "user", "emails", active)
    return {one: UserRef(id=one, email=_first(emails.get(one, ()))) for one in active}


def _first(emails: Iterable[str]) -> str:
    return next((one.strip().lower() for one in emails), "")


def _companies(
    connection: Connection, erp: ErpTables, names: Iterable[str]
) -> Mapping[str, RelationshipRef]:
    """Return companies by the very name; databases differ in what they call lower case."""
    forms = {name: name.strip() for name in names}
    relationship = erp.table("relationship").c
    found: dict[str, RelationshipRef] = {}
    for chunk in in_chunks(sorted(set(forms.values()))):
        form = Trimmed(relationship.name)
        query = select(relationship.id, form.label("name")).where(form.in_(chunk))
        rows = connection.execute(query.order_by(relationship.id.desc()))
        found |= {row.name: RelationshipRef(id=row.id, name=row.name) for row in rows}
    return {name: found[form] for name, form in forms.items() if form in found}
