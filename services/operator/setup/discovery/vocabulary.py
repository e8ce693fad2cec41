"""The known names of each record, field and list: the reference's, the file's, and our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from services.operator.setup.discovery.names import Known, known, known_names
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import InTable, MappedEntity, column_name


@dataclass(frozen=True, slots=True)
class KnownList:
    """The known names of a field with several values.

    Attributes:
        columns: Of columns in the record's own table.
        table: Of a table of its own, with its `owner` and `value` columns.
    """

    columns: Known
    table: Known
    owner: Known
    value: Known


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """The known names of a record's table, key, fields and lists."""

    table: Known
    key: Known
    fields: Mapping[str, Known]
    many: Mapping[str, KnownList]


@cache
def known_records() -> Mapping[str, KnownRecord]:
    """Return the known names of every record of the catalogue."""
    reference = load_mapping(None).entities
    return {name: _record(name, reference[name]) for name in CATALOGUE}


def _record(name: str, mapped: MappedEntity) -> KnownRecord:
    naming, document = known_names()
    more = document[name]
    table = known(mapped.table, (*more["tables"], name))
    names = more.get("columns", {})
    fields = {
        field: known(column_name(column), (*names.get(field, ()), field))
        for field, column in mapped.columns.items()
    }
    lists = {
        field: _list(name, field, mapped, (table.exact, *more["tables"], name))
        for field in mapped.many
    }
    return KnownRecord(table, known(mapped.id, naming.words["keys"]), fields, lists)


def _list(name: str, field: str, mapped: MappedEntity, owners: tuple[str, ...]) -> KnownList:
    naming, document = known_names()
    more, place = document[name]["many"][field], mapped.many[field]
    compound = (f"{name}{field}", f"{field}{name}", *more["tables"])
    owning = (*owners, *naming.words["owners"])
    if isinstance(place, InTable):
        # In the record's own table the reference has no such column.
        own = known("", (column_name(place.value), *more["values"], field))
        value = known(column_name(place.value), (*more["values"], *naming.words["values"]))
        return KnownList(own, known(place.table, compound), known(place.owner, owning), value)
    first = column_name(place.columns[0])
    return KnownList(
        known(first, (*more["values"], field)),
        known("", compound),
        known("", owning),
        known("", (*more["values"], *naming.words["values"])),
    )
