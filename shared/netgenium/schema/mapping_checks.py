"""Checks of a whole mapping against the catalogue and against itself."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from shared.contracts.said import Said, said
from shared.errors import ConfigProblem
from shared.netgenium.schema.catalogue import CATALOGUE, Entity, Field
from shared.netgenium.schema.mapping_model import (
    SECTIONS,
    InColumns,
    InTable,
    MappedEntity,
    NetGeniumMapping,
    SizedColumn,
    column_name,
)
from shared.netgenium.schema.mapping_values import nearest
from shared.netgenium.schema.types import CHECK_BOX_LENGTH, CHOICE_LENGTH

OWN_PREFIX = "crm_"
"""Tables with this prefix are ours; the ERP's have another."""

_PATH_LENGTH = 100
"""Characters of a file's path below the folder of [attachments], generously."""


def unknown_names(where: str, entities: Mapping[str, Any]) -> Iterator[ConfigProblem]:
    """Yield records and fields that the catalogue does not have, with the nearest that it has.

    Args:
        where: The file's name.
        entities: The records of the file, unchecked.
    """
    for name, value in entities.items():
        if name not in CATALOGUE:
            remedy = nearest(name, (*CATALOGUE, *SECTIONS))
            yield ConfigProblem(
                f"{where} [{name}]", said("there is no record {name}", name=name), remedy
            )
        elif isinstance(value, dict):
            entity = CATALOGUE[name]
            for part, known in (("columns", entity.fields), ("many", entity.many)):
                given = value.get(part, {})
                for field in given if isinstance(given, dict) else ():
                    if field not in known:
                        yield _unknown_field(
                            f"{where} [{name}] {part}.{field}", field, entity, part
                        )


def _unknown_field(where: str, field: str, entity: Entity, part: str) -> ConfigProblem:
    other, others = ("many", entity.many) if part == "columns" else ("columns", entity.fields)
    known = entity.fields if part == "columns" else entity.many
    remedy = (
        said("it stands under {other}", other=other) if field in others else nearest(field, known)
    )
    return ConfigProblem(where, said("there is no field {field}", field=field), remedy)


def missing(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    """Mandatory records, fields and stored words that the mapping lacks."""
    for name, entity in CATALOGUE.items():
        mapped = mapping.entities.get(name)
        if mapped is None:
            if not entity.optional:
                remedy = said("add its table and columns; the reference mapping shows how")
                yield ConfigProblem(f"{where} [{name}]", said("the record is missing"), remedy)
            continue
        for field in _missing_fields(entity, mapped):
            yield ConfigProblem(
                f"{where} [{name}]",
                said("the field {field} is missing", field=field),
                said("add its column"),
            )
        content = "content" if mapping.attachments.strategy == "table" else "path"
        if name == "attachment" and content not in mapped.columns:
            remedy = said(
                "the strategy {strategy} of [attachments] needs it",
                strategy=mapping.attachments.strategy,
            )
            yield ConfigProblem(
                f"{where} [{name}]", said("the field {content} is missing", content=content), remedy
            )
        yield from _missing_choices(where, name, mapped, mapping)


def _missing_fields(entity: Entity, mapped: MappedEntity) -> Iterator[str]:
    for name, field in entity.fields.items():
        if not field.optional and name not in mapped.columns:
            yield name
    for name, many in entity.many.items():
        if not many.optional and name not in mapped.many:
            yield f"many.{name}"


def _choices(entity: str) -> Iterator[tuple[str, Field]]:
    """Yield the fields whose words the mapping says: of a `text` it may leave them out."""
    for name, field in CATALOGUE[entity].fields.items():
        if field.values:
            yield name, field


def _missing_choices(
    where: str, name: str, mapped: MappedEntity, mapping: NetGeniumMapping
) -> Iterator[ConfigProblem]:
    for field, kind in _choices(name):
        stored = mapping.choices.get(f"{name}.{field}", {})
        for value in kind.values if kind.kind == "choice" and field in mapped.columns else ():
            if value not in stored:
                place = f'{where} [choices] "{name}.{field}"'
                yield ConfigProblem(
                    place,
                    said("the value {value} is missing", value=value),
                    said("say how it is stored"),
                )


def contradictions(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    """Yield what contradicts itself, or cannot be in any database."""
    yield from _wrong_sections(where, mapping)
    yield from _short_path(where, mapping)
    yield from _wrong_choices(where, mapping)
    yield from _wrong_tables(where, mapping)
    for name, entity in mapping.entities.items():
        if name in CATALOGUE:
            yield from _wrong_columns(f"{where} [{name}]", name, entity)


def _wrong_sections(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    pair = (mapping.check_box.checked, mapping.check_box.unchecked)
    if pair[0] == pair[1] or isinstance(pair[0], str) is not isinstance(pair[1], str):
        what = said("checked and unchecked must be two different numbers or two different texts")
        yield ConfigProblem(
            f"{where} [check_box]", what, said('such as 1 and 0, or "True" and "False"')
        )
    if any(isinstance(value, str) and len(value) > CHECK_BOX_LENGTH for value in pair):
        what = said(
            "a stored text is longer than {check_box_length} characters",
            check_box_length=CHECK_BOX_LENGTH,
        )
        yield ConfigProblem(f"{where} [check_box]", what, said("shorten it"))
    if not _is_zone(mapping.time.zone):
        remedy = _nearest_zone(mapping.time.zone)
        yield ConfigProblem(
            f"{where} [time] zone", said("there is no zone {zone}", zone=mapping.time.zone), remedy
        )
    if not _stays_inside(mapping.attachments.folder):
        what = said("is no folder below the ERP directory")
        remedy = said("give a relative path without .., such as Files/CRMService")
        yield ConfigProblem(f"{where} [attachments] folder", what, remedy)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        # A name that is no file, a name that is a folder, and a name that leaves the folder.
        return False
    return True


def _nearest_zone(name: str) -> Said:
    remedy = nearest(name, available_timezones())
    return remedy if remedy.startswith("did") else said("give an IANA name such as Europe/Prague")


def _stays_inside(folder: str) -> bool:
    windows, posix = PureWindowsPath(folder), PurePosixPath(folder)
    absolute = windows.drive or windows.root or posix.is_absolute()
    parts = windows.parts
    return bool(parts) and not absolute and ".." not in parts and "\0" not in folder


def _short_path(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    """Tell of a short path: one that is cut finds no file, and the file seems to lack a row."""
    mapped = mapping.entities.get("attachment")
    path = mapped.columns.get("path") if mapped else None
    if mapping.attachments.strategy != "directory" or path is None:
        return
    usual = CATALOGUE["attachment"].fields["path"].length
    length = path.length if isinstance(path, SizedColumn) else usual
    needed = len(mapping.attachments.folder) + _PATH_LENGTH
    if length < needed:
        what = said(
            "holds {length} characters, and paths below the folder need up to {needed}",
            length=length,
            needed=needed,
        )
        place = f"{where} [attachment] columns.path"
        yield ConfigProblem(place, what, said("map a longer column, or shorten the folder"))


def _wrong_choices(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    known = {f"{name}.{field}": kind.values for name in CATALOGUE for field, kind in _choices(name)}
    for name, stored in mapping.choices.items():
        place = f'{where} [choices] "{name}"'
        if name not in known:
            yield ConfigProblem(
                place, said("there is no choice {name}", name=name), nearest(name, known)
            )
            continue
        for value in stored:
            if value not in known[name]:
                yield ConfigProblem(
                    place,
                    said("there is no value {value}", value=value),
                    nearest(value, known[name]),
                )
        for word in _doubled(stored.values()):
            yield ConfigProblem(
                place,
                said("two values are stored as {word}", word=word),
                said("give each its own word"),
            )
        if any(not 0 < len(word) <= CHOICE_LENGTH for word in stored.values()):
            what = said(
                "a stored word is empty or longer than {choice_length} characters",
                choice_length=CHOICE_LENGTH,
            )
            yield ConfigProblem(place, what, said("give the word that the ERP stores"))


def _wrong_tables(where: str, mapping: NetGeniumMapping) -> Iterator[ConfigProblem]:
    tables = [entity.table for entity in mapping.entities.values()]
    for entity in mapping.entities.values():
        tables += [many.table for many in entity.many.values() if isinstance(many, InTable)]
    for table in _doubled(name.lower() for name in tables):
        yield ConfigProblem(
            where,
            said("the table {table} is mapped twice", table=table),
            said("map each table once"),
        )
    for table in tables:
        if table.lower().startswith(OWN_PREFIX):
            what = said("the table {table} has the prefix of CRMService's own tables", table=table)
            yield ConfigProblem(where, what, said("map a table of the ERP"))


def _wrong_columns(where: str, name: str, entity: MappedEntity) -> Iterator[ConfigProblem]:
    columns = [entity.id, *(column_name(column) for column in entity.columns.values())]
    for field, many in entity.many.items():
        if isinstance(many, InColumns):
            columns += [column_name(column) for column in many.columns]
            continue
        own = [many.owner, column_name(many.value), *([many.id] if many.id else [])]
        for column in _doubled(one.lower() for one in own):
            place = f"{where} many.{field}"
            yield ConfigProblem(
                place,
                said("the column {column} is mapped twice", column=column),
                said("map each column once"),
            )
    for column in _doubled(one.lower() for one in columns):
        yield ConfigProblem(
            where,
            said("the column {column} is mapped twice", column=column),
            said("map each column once"),
        )
    for field, given in entity.columns.items():
        kind = CATALOGUE[name].fields.get(field)
        if isinstance(given, SizedColumn) and kind and kind.kind not in {"text", "memo"}:
            what = said("has a length, but holds no free text")
            yield ConfigProblem(
                f"{where} columns.{field}", what, said("give the column's name alone")
            )


def _doubled(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in seen else seen).add(value)
    return sorted(twice)
