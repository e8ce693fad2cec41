"""Rows newest first, page by page: the first are there at once, and memory stays constant."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, or_

_FIRST = 50
_FURTHER = 500

Page = Sequence[RowMapping]


def pages_by_id(
    connection: Connection, query: Select[Any], key: ColumnElement[Any]
) -> Iterator[Page]:
    """Yield pages of `query` by a unique column, the highest first."""
    return _pages(
        connection,
        query.order_by(key.desc()),
        lambda last: key < last[_name(key)],
    )


def pages_by_time(
    connection: Connection, query: Select[Any], at: ColumnElement[Any], key: ColumnElement[Any]
) -> Iterator[Page]:
    """Yield pages of `query` by a moment, newest first; `key` is unique and in the index."""

    def before(last: RowMapping) -> ColumnElement[bool]:
        moment = last[_name(at)]
        # The first condition says no more than the second, but lets every database use the index.
        return and_(at <= moment, or_(at < moment, key < last[_name(key)]))

    return _pages(connection, query.order_by(at.desc(), key.desc()), before)


def _pages(
    connection: Connection,
    query: Select[Any],
    after: Callable[[RowMapping], ColumnElement[bool]],
) -> Iterator[Page]:
    size, page = _FIRST, query
    while rows := connection.execute(page.limit(size)).mappings().all():
        yield rows
        if len(rows) < size:
            return
        size, page = _FURTHER, query.where(after(rows[-1]))


def _name(column: ColumnElement[Any]) -> str:
    return str(column.key)
