"""Reads the address book: who has the addresses and domains of a batch of mails (A-2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.contracts.references import ContactRef, RelationshipRef
from shared.domain.addresses import domain_of
from shared.domain.directory import AddressBookEntry
from shared.netgenium.database.many import in_chunks, owners_by_text, values_by_owner
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The part of the address book that a batch of mails touches.

    Attributes:
        by_address: Contacts first, then relationships, by address.
        by_domain: Relationships that own a domain, by domain.
    """

    by_address: Mapping[str, tuple[AddressBookEntry, ...]]
    by_domain: Mapping[str, tuple[RelationshipRef, ...]]


@dataclass(frozen=True, slots=True)
class _Holders:
    """Ids of contacts and relationships by the text they hold."""

    contacts: Mapping[str, Iterable[int]]
    relationships: Mapping[str, Iterable[int]]


def read_address_book(
    connection: Connection, erp: ErpTables, addresses: Iterable[str]
) -> AddressBook:
    """Look up `addresses` and their domains; a domain may be bare or as `@domain`."""
    wanted = set(addresses)
    domains = {name for name in map(domain_of, wanted) if name}
    as_written = domains | {f"@{name}" for name in domains}
    held = _holders(connection, erp, wanted | as_written)
    owned: Mapping[str, Iterable[int]] = {}
    if erp.has("relationship", "domains"):
        owned = owners_by_text(connection, erp, "relationship", "domains", as_written)
    contacts = _read_contacts(connection, erp, _ids(held.contacts))
    company_ids = _ids(held.relationships) | _ids(owned)
    company_ids |= {company for _, company in contacts.values() if company is not None}
    companies = _read_relationships(connection, erp, company_ids)

    def known(address: str) -> tuple[AddressBookEntry, ...]:
        # An address may be left over from a record that is gone.
        people = (contacts[one] for one in held.contacts.get(address, ()) if one in contacts)
        return (
            *(AddressBookEntry(person, companies.get(company or 0)) for person, company in people),
            *(
                AddressBookEntry(None, companies[one])
                for one in held.relationships.get(address, ())
                if one in companies
            ),
        )

    def owners_of(name: str) -> tuple[RelationshipRef, ...]:
        ids: set[int] = set()
        for text in (name, f"@{name}"):
            ids.update(held.relationships.get(text, ()), owned.get(text, ()))
            people = (contacts[one] for one in held.contacts.get(text, ()) if one in contacts)
            ids.update(company or 0 for _, company in people)
        return tuple(companies[one] for one in sorted(ids) if one in companies)

    return AddressBook(
        {address: found for address in wanted if (found := known(address))},
        {name: owners for name in domains if (owners := owners_of(name))},
    )


def _holders(connection: Connection, erp: ErpTables, texts: Iterable[str]) -> _Holders:
    return _Holders(
        owners_by_text(connection, erp, "contact", "emails", texts),
        owners_by_text(connection, erp, "relationship", "emails", texts),
    )


def _ids(owners: Mapping[str, Iterable[int]]) -> set[int]:
    return {owner for found in owners.values() for owner in found}


def _read_contacts(
    connection: Connection, erp: ErpTables, ids: set[int]
) -> Mapping[int, tuple[ContactRef, int | None]]:
    """Return contacts by id, with the id of their relationship."""
    columns = erp.table("contact").c
    emails = values_by_owner(connection, erp, "contact", "emails", ids)
    found: dict[int, tuple[ContactRef, int | None]] = {}
    for chunk in in_chunks(sorted(ids)):
        query = select(columns.id, columns.relationship).where(columns.id.in_(chunk))
        for row in connection.execute(query):
            contact = ContactRef(id=row.id, email=emails[row.id][0].strip().lower())
            found[row.id] = (contact, row.relationship)
    return found


def _read_relationships(
    connection: Connection, erp: ErpTables, ids: set[int]
) -> Mapping[int, RelationshipRef]:
    columns = erp.table("relationship").c
    return {
        row.id: RelationshipRef(id=row.id, name=row.name)
        for chunk in in_chunks(sorted(ids))
        for row in connection.execute(select(columns.id, columns.name).where(columns.id.in_(chunk)))
    }
