"""Fields with several values (e-mails, roles, solvers): read the same way however they are stored.

The mapping keeps such a field in columns of its entity's table, or in a table of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, select

from shared.domain.addresses import spellings
from shared.netgenium.database.trimmed import plain
from shared.netgenium.schema.tables import ErpTables, ManyTable

T = TypeVar("T")

_IN_AT_ONCE = 500
"""Values of one IN list: Firebird takes 1,500, SQL Server 2,100 parameters in all."""


def in_chunks(values: Iterable[T], size: int = _IN_AT_ONCE) -> Iterator[list[T]]:
    """Yield `values` in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def by_stored_form(
    connection: Connection, column: ColumnElement[Any], texts: Iterable[str]
) -> Mapping[str, Sequence[str]]:
    """Return `texts` by how `column` stores them: what is read back says which was asked for.

    Several may be stored alike, where one has a NUL, is too long, or has letters that the database
    does not have.
    """
    bound = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    forms: dict[str, list[str]] = defaultdict(list)
    for text in sorted(set(texts)):
        forms[bound(text) if bound else text].append(text)
    return forms


def owners_by_text(
    connection: Connection, erp: ErpTables, entity: str, field: str, texts: Iterable[str]
) -> Mapping[str, Sequence[int]]:
    """Return ids of the `entity` records that hold one of `texts` in `field`, by text, in id order.

    `texts` are comparable addresses or domains. What people typed is found in any case, in letters
    or in IDNA form, with blanks at either end. What the database cannot spell has no owner: two
    people whose addresses are stored alike must not be taken for each other.
    """
    owners: dict[str, dict[int, None]] = defaultdict(dict)
    forms = {form: text for text in sorted(set(texts)) for form in spellings(text)}
    for chunk in in_chunks(sorted(forms)):
        for owner, value in places_of(erp, entity, field):
            held = plain(value)
            query = select(owner, held).where(held.in_(chunk)).order_by(owner)
            for owner_id, form in connection.execute(query):
                owners[forms[form]][owner_id] = None
    return {text: sorted(ids) for text, ids in owners.items()}


def values_by_owner(
    connection: Connection, erp: ErpTables, entity: str, field: str, ids: Iterable[int] | None
) -> Mapping[int, Sequence[Any]]:
    """Return the values of `field` for the `entity` records `ids` (None: all), in stored order."""
    values: dict[int, list[Any]] = defaultdict(list)
    chunks = [None] if ids is None else list(in_chunks(sorted(set(ids))))
    for owner, value in places_of(erp, entity, field):
        query = select(owner, value).where(value.is_not(None)).order_by(*_order(erp, entity, field))
        for chunk in chunks:
            for owner_id, found in connection.execute(_among(query, owner, chunk)):
                values[owner_id].append(found)
    return values


def places_of(
    erp: ErpTables, entity: str, field: str
) -> list[tuple[ColumnElement[int], ColumnElement[Any]]]:
    """Return the (owner id, value) columns of `field`: one pair per place that holds values."""
    many = erp.many(entity, field)
    if isinstance(many, ManyTable):
        return [(many.table.c.owner, many.table.c.value)]
    return [(erp.table(entity).c.id, column) for column in many.columns]


def _order(erp: ErpTables, entity: str, field: str) -> Sequence[ColumnElement[Any]]:
    many = erp.many(entity, field)
    if not isinstance(many, ManyTable):
        return (erp.table(entity).c.id,)
    columns = many.table.c
    return (columns.owner, columns.id) if "id" in columns else (columns.owner,)


def _among(query: Select[Any], owner: ColumnElement[int], chunk: list[int] | None) -> Select[Any]:
    return query if chunk is None else query.where(owner.in_(chunk))
