"""Differences with names of records in the place of their ids, read for many at once."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from services.answers.cause_of_difference import Compared, Difference
from services.answers.names import Names, RecordNames
from shared.netgenium.schema.tables import ErpTables

_USERS = ("responsible", "user", "solvers", "approver", "author")
_CONTACTS = ("contact", "contacts", "other_contacts")
_COLUMNS = {
    "relationship": ("relationship", "name"),
    "relationships": ("relationship", "name"),
    "contract": ("contract", "number"),
    "order": ("order", "number"),
    "task": ("task", "number"),
    "opportunity": ("opportunity", "number"),
    "scope": ("role", "name"),
    "type": ("activity_type", "name"),
}


class DifferenceNames:
    """Names of the records that differences name by their ids."""

    def __init__(
        self, connection: Connection, erp: ErpTables, differences: Sequence[Difference]
    ) -> None:
        """Read them: a query for each kind of record that is named."""
        names, ids = RecordNames(connection, erp), _ids(differences)
        self._known: dict[str, Names] = {}
        for field, wanted in ids.items():
            if field in _USERS:
                self._known[field] = names.addresses("user", wanted)
            elif field in _CONTACTS:
                self._known[field] = names.addresses("contact", wanted)
            elif field in _COLUMNS:
                self._known[field] = names.column(*_COLUMNS[field], wanted)

    def compared(self, one: Compared) -> Compared:
        """Return what a mail has otherwise with the names; an id without a record stays one."""
        return one._replace(differences=tuple(map(self._named, one.differences)))

    def _named(self, one: Difference) -> Difference:
        field, value = one.of
        return one._replace(
            of=(field, self._name(field, value)),
            then=self._name(one.field, one.then),
            now=self._name(one.field, one.now),
        )

    def _name(self, field: str, value: object) -> object:
        known = self._known.get(field, {})
        if isinstance(value, list):
            return [self._name(field, each) for each in value]
        return known.get(value, value) if isinstance(value, int) else value


def _ids(differences: Sequence[Difference]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in differences:
        for field, value in (one.of, (one.field, one.then), (one.field, one.now)):
            found.setdefault(field, []).extend(_numbers(value))
    return {field: numbers for field, numbers in found.items() if numbers}


def _numbers(value: object) -> Iterator[int]:
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, int) and not isinstance(one, bool):
            yield one
