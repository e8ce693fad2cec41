"""What the ERP itself says about its forms and fields, where its lists of them can be read.

Their columns are not documented: they are looked for by name and by what lies in them, and where
they say nothing that can be used, nothing is lost.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnClause, Connection, column, select, table

from services.operator.setup.discovery.names import known_names
from services.operator.setup.discovery.picture import FoundTable, Holds, Picture, with_captions

_MOST_ROWS = 100_000
"""Rows of a list that are read: no ERP has as many fields."""

Rows = Sequence[Mapping[str, Any]]


def captioned(connection: Connection, picture: Picture) -> Picture:
    """Return `picture` with the captions of the ERP's lists of forms and fields, if it has them."""
    naming, _ = known_names()
    forms = _listed(picture, naming.words["forms"])
    if forms is None:
        return picture
    rows = _rows(connection, forms)
    real = {name.lower(): name for name in picture.tables}
    physical = _column_with(forms, rows, real)
    of_tables = _captions(forms, rows, physical, real) if physical else {}
    controls = _listed(picture, naming.words["controls"])
    of_columns: dict[tuple[str, str], tuple[str, ...]] = {}
    if controls and physical:
        key = forms.key or physical
        ids = {row.get(key): real.get(str(row[physical]).lower()) for row in rows}
        of_columns = _of_columns(controls, _rows(connection, controls), picture, ids)
    return with_captions(picture, of_tables, of_columns)


def _listed(picture: Picture, names: Sequence[str]) -> FoundTable | None:
    return next((one for name, one in picture.tables.items() if name.lower() in names), None)


def _rows(connection: Connection, of: FoundTable) -> Rows:
    columns: list[ColumnClause[Any]] = [
        column(one.name) for one in of.columns if one.holds in {"text", "number"}
    ]
    if not columns:
        return []
    query = select(*columns).select_from(table(of.name, *columns)).limit(_MOST_ROWS)
    return [dict(row) for row in connection.execute(query).mappings()]


def _named(of: FoundTable, words: str, holds: Holds) -> Iterator[str]:
    """Return columns of `of` called as one of the words, in the words' order."""
    naming, _ = known_names()
    by_name = {naming.folded(one.name): one.name for one in of.columns if one.holds == holds}
    return (by_name[word] for word in naming.words[words] if word in by_name)


def _column_with(of: FoundTable, rows: Rows, real: Mapping[str, str]) -> str | None:
    """Return the text column in which most names of `real` lie, in any letter case."""
    counts = {
        one.name: sum(str(row[one.name]).lower() in real for row in rows)
        for one in of.columns
        if one.holds == "text"
    }
    best = max(counts, key=lambda name: counts[name], default=None)
    return best if best and counts[best] else None


def _captions(
    of: FoundTable, rows: Rows, physical: str, real: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    shown = [name for name in _named(of, "captions", "text") if name != physical]
    return {
        real[str(row[physical]).lower()]: _texts(row, shown)
        for row in rows
        if str(row[physical]).lower() in real
    }


def _of_columns(
    of: FoundTable, rows: Rows, picture: Picture, forms: Mapping[Any, str | None]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return captions of columns; a control whose form cannot be told counts for no column."""
    everywhere: dict[str, str] = {}
    real: dict[str, dict[str, str]] = defaultdict(dict)
    for name, found in picture.tables.items():
        for one in found.columns:
            everywhere[one.name.lower()] = real[name][one.name.lower()] = one.name
    physical = _column_with(of, rows, everywhere)
    link = next(_named(of, "form_of_control", "number"), None)
    if physical is None or link is None:
        return {}
    shown = [name for name in _named(of, "captions", "text") if name != physical]
    found_captions: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows:
        form, name = forms.get(row[link]), str(row[physical]).lower()
        if form and name in real[form]:
            found_captions[form, real[form][name]] = _texts(row, shown)
    return found_captions


def _texts(row: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in names if row[name])
