"""The proposal: every record and field with how sure it is, and what was not found."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.operator.setup.discovery.lists import FoundList, find_list, sized
from services.operator.setup.discovery.matching import (
    GUESSED,
    guess,
    key_of,
    match_fields,
    match_tables,
    nearest,
)
from services.operator.setup.discovery.names import Match, Sure, known_names
from services.operator.setup.discovery.picture import FoundColumn, FoundTable, Holds, Picture
from services.operator.setup.discovery.vocabulary import known_records
from shared.netgenium.schema.catalogue import CATALOGUE, Field
from shared.netgenium.schema.mapping_model import AnyColumn


@dataclass(frozen=True, slots=True)
class Missing:
    """What was not found, with names that are most like it."""

    name: str
    optional: bool
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A field's column and how it was found."""

    column: AnyColumn
    sure: Sure


@dataclass(frozen=True, slots=True)
class ProposedRecord:
    """A record's table with what was found in it."""

    table: str
    sure: Sure
    id: str
    fields: Mapping[str, ProposedField]
    many: Mapping[str, FoundList]
    missing: Sequence[Missing]
    missing_many: Sequence[Missing]

    @property
    def complete(self) -> bool:
        """Whether everything is there that a mapping must have."""
        return all(one.optional for one in (*self.missing, *self.missing_many))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole mapping file to be.

    Attributes:
        ids: The strategy, and why.
        box: How check boxes are stored.
        with_content: Attachments have a column of bytes.
        missing: Records that were not found, or not wholly.
    """

    records: Mapping[str, ProposedRecord]
    missing: Sequence[Missing]
    ids: tuple[str, str]
    box: Holds
    with_content: bool
    partly: Mapping[str, ProposedRecord] = field(default_factory=dict)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the file needs and does not have; empty: it can be loaded as it is."""
        whole = [one.name for one in self.missing if not one.optional]
        for name, record in self.records.items():
            parts = (*record.missing, *record.missing_many)
            whole += [f"{name}.{one.name}" for one in parts if not one.optional]
        return tuple(whole)


def propose(picture: Picture) -> Proposal:
    """Return what the records are called in the database of `picture`."""
    naming, _ = known_names()
    lists = (*naming.words["forms"], *naming.words["controls"])
    tables = [table for name, table in picture.tables.items() if name.lower() not in lists]
    found = match_tables(tables)
    box = _box(found)
    used = {table.name for table, _ in found.values()}
    free = {table.name: table for table in tables if table.name not in used}
    records: dict[str, ProposedRecord] = {}
    for name in CATALOGUE:
        if name in found:
            records[name] = _record(name, *found[name], box, free)
            for many in records[name].many.values():
                for use in many.uses:
                    free.pop(use, None)
    # Half an optional record cannot be mapped: it is left out and shown as missing.
    partly = {n: r for n, r in records.items() if CATALOGUE[n].optional and not r.complete}
    whole = {name: record for name, record in records.items() if name not in partly}
    missing = [_missing_record(n, records.get(n), list(free)) for n in CATALOGUE if n not in whole]
    content = "attachment" not in whole or _has_content(whole["attachment"])
    return Proposal(whole, missing, _ids(picture, whole), box, content, partly)


def _has_content(attachment: ProposedRecord) -> bool:
    return "content" in attachment.fields or "path" not in attachment.fields


def _missing_record(name: str, partly: ProposedRecord | None, free: list[str]) -> Missing:
    near = (partly.table,) if partly else nearest(known_records()[name].table.folded, free)
    return Missing(name, CATALOGUE[name].optional, near)


def _box(found: Mapping[str, tuple[FoundTable, Match]]) -> Holds:
    """Return how most of the check boxes are stored: one mapping knows one way."""
    stored = Counter(
        column.holds
        for record, (table, _) in found.items()
        for name, (column, _) in match_fields(record, table).items()
        if CATALOGUE[record].fields[name].kind == "check_box"
    )
    return "text" if stored["text"] > stored["number"] else "number"


def _record(
    name: str, table: FoundTable, match: Match, box: Holds, free: Mapping[str, FoundTable]
) -> ProposedRecord:
    key = key_of(name, table)
    fields = {f: (column, one) for f, (column, one) in match_fields(name, table, box).items()}
    taken = {column.name for column, _ in fields.values()} | ({key} if key else set())
    many: dict[str, FoundList] = {}
    left = dict(free)
    for several in CATALOGUE[name].many:
        if found := find_list(name, several, table, taken, left.values()):
            many[several] = found
            taken |= set(found.uses)
            left = {one: it for one, it in left.items() if one not in found.uses}
    fields |= _guessed(name, table, fields, taken)
    proposed = {
        f: ProposedField(_column(CATALOGUE[name].fields[f], column), one.sure)
        for f, (column, one) in fields.items()
    }
    lacking = _lacking(name, table, proposed, taken)
    lists = _lacking_lists(name, many, [*left, *(c.name for c in table.columns)])
    return ProposedRecord(table.name, match.sure, key or "id", proposed, many, lacking, lists)


def _guessed(
    name: str,
    table: FoundTable,
    fields: Mapping[str, tuple[FoundColumn, Match]],
    taken: set[str],
) -> dict[str, tuple[FoundColumn, Match]]:
    """Return fields that must be there, where just one column is left that can be them."""
    guesses: dict[str, tuple[FoundColumn, Match]] = {}
    for wanted, kind in CATALOGUE[name].fields.items():
        if wanted in fields or kind.optional:
            continue
        if column := guess(table.columns, taken, kind.kind):
            guesses[wanted] = (column, GUESSED)
            taken.add(column.name)
    return guesses


def _column(known: Field, column: FoundColumn) -> AnyColumn:
    if known.kind == "text":
        return sized(column, known.length)
    return sized(column, None) if known.kind == "memo" else column.name


def _lacking(
    name: str, table: FoundTable, fields: Mapping[str, ProposedField], taken: set[str]
) -> list[Missing]:
    left = [column.name for column in table.columns if column.name not in taken]
    known = known_records()[name].fields
    return [
        Missing(one, kind.optional, nearest(known[one].folded, left))
        for one, kind in CATALOGUE[name].fields.items()
        if one not in fields
    ]


def _lacking_lists(name: str, many: Mapping[str, FoundList], existing: list[str]) -> list[Missing]:
    known = known_records()[name].many
    return [
        Missing(one, kind.optional, nearest(known[one].table.folded, existing))
        for one, kind in CATALOGUE[name].many.items()
        if one not in many
    ]


def _ids(picture: Picture, records: Mapping[str, ProposedRecord]) -> tuple[str, str]:
    """Return the strategy by the key of activities: the record that most rows are added to."""
    activity = records.get("activity")
    if activity is None:
        return "identity", "a guess: no table of activities was found"
    columns = picture.tables[activity.table].columns
    if any(column.counts_up for column in columns if column.name == activity.id):
        return "identity", f"{activity.table}.{activity.id} counts up by itself"
    named = list(_generators(picture, activity.table))
    if len(named) == 1:
        return f"generator:{named[0]}", f"named like {activity.table}; does it hold for all tables?"
    if len(picture.generators) == 1:
        return f"generator:{picture.generators[0]}", "the only generator there is"
    return "max_plus_one", f"{activity.table}.{activity.id} does not count up by itself"


def _generators(picture: Picture, table: str) -> Iterator[str]:
    naming, _ = known_names()
    for one in picture.generators:
        if table.lower() in one.lower() or naming.folded(table) == naming.folded(one):
            yield one
