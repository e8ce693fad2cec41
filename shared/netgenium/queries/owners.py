"""Reads which companies records belong to (behaviours S-5, S-8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Column, Connection, Table, select
from sqlalchemy.sql import FromClause

from shared.domain.vocabulary import TokenKind
from shared.netgenium.database.many import in_chunks
from shared.netgenium.schema.tables import ErpTables

_OWNER = "relationship"
_BY_WAY_OF = ("contract", "contact")
"""What a record refers to that belongs to a company itself."""


def read_owners(
    connection: Connection, erp: ErpTables, records: Iterable[tuple[TokenKind, int]]
) -> Mapping[tuple[TokenKind, int], frozenset[int]]:
    """Return ids of the companies of each (kind, id), its own and that of its contract or contact.

    Records of nobody are left out, and all where the mapping does not say whose they are.
    """
    ids: dict[TokenKind, set[int]] = defaultdict(set)
    for kind, record_id in records:
        ids[kind].add(record_id)
    found: dict[tuple[TokenKind, int], frozenset[int]] = {}
    for kind, wanted in sorted(ids.items()):
        table = erp.table(kind)
        places, columns = _owners(erp, kind, table)
        if not columns:
            continue
        query = select(table.c.id, *columns).select_from(places)
        for chunk in in_chunks(sorted(wanted)):
            for record_id, *owners in connection.execute(query.where(table.c.id.in_(chunk))):
                if known := frozenset(one for one in owners if one is not None):
                    found[kind, record_id] = known
    return found


def _owners(erp: ErpTables, kind: TokenKind, table: Table) -> tuple[FromClause, list[Column[int]]]:
    """Return the columns that hold a company of the record, and the tables that they are in."""
    columns = [table.c[_OWNER]] if erp.has(kind, _OWNER) else []
    places: FromClause = table
    for way in _BY_WAY_OF:
        if kind != way and erp.has(kind, way) and erp.has(way, _OWNER):
            other = erp.table(way)
            places = places.outerjoin(other, table.c[way] == other.c.id)
            columns.append(other.c[_OWNER])
    return places, columns
