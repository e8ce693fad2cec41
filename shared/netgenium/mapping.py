"""The mapping file: which table and column our records and fields have in an installation.

Read from TOML and checked as a whole: unknown names are errors that tell the nearest known one,
and everything wrong is reported at once, before any connection.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.errors import ConfigurationError, Problem
from shared.netgenium.catalogue import CATALOGUE, Entity

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
"""A table or column: nothing that could be more than a name in a statement."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Ids(_Part):
    """How new records get their id."""

    strategy: Annotated[
        str, StringConstraints(pattern=r"^(identity|max_plus_one|generator:[A-Za-z_]\w{0,62})$")
    ] = "identity"


class CheckBoxPair(_Part):
    """The stored values of a set and a cleared check box."""

    checked: int | str = 1
    unchecked: int | str = 0


class Time(_Part):
    """The zone whose local time the ERP stores."""

    zone: str = "Europe/Prague"


class Attachments(_Part):
    """Where files of an activity lie."""

    strategy: Literal["table", "directory"] = "table"
    folder: str = "Files/CRMService"


class SizedColumn(_Part):
    """A column whose length differs from the catalogue's."""

    name: Name
    length: int = Field(gt=10)


class InColumns(_Part):
    """A field with several values in columns of the record's own table."""

    columns: tuple[Name, ...] = Field(min_length=1)


class InTable(_Part):
    """A field with several values in a table of its own."""

    table: Name
    owner: Name
    value: Name
    id: Name | None = None


class MappedEntity(_Part):
    """One record's table and columns."""

    table: Name
    id: Name = "id"
    columns: Mapping[str, Name | SizedColumn] = {}
    many: Mapping[str, InColumns | InTable] = {}


class NetGeniumMapping(_Part):
    """A whole mapping file.

    Attributes:
        entities: By our name for the record; what is optional may be missing.
    """

    schema_version: Literal[1]
    ids: Ids = Ids()
    check_box: CheckBoxPair = CheckBoxPair()
    time: Time = Time()
    attachments: Attachments = Attachments()
    choices: Mapping[str, Mapping[str, str]] = {}
    entities: Mapping[str, MappedEntity]


_SECTIONS = ("schema_version", "ids", "check_box", "time", "attachments", "choices")


def load_mapping(path: Path | None) -> NetGeniumMapping:
    """The mapping in `path`, or the reference mapping for None.

    Raises:
        ConfigurationError: Everything that is wrong with the file.
    """
    where = str(path) if path else "reference.toml"
    parsed = _parse(path, where)
    document = {name: parsed[name] for name in _SECTIONS if name in parsed}
    entities = {name: value for name, value in parsed.items() if name not in _SECTIONS}
    problems = list(_unknown_names(where, entities))
    try:
        mapping = NetGeniumMapping.model_validate(document | {"entities": entities})
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        known = {problem.where for problem in problems}
        problems += [
            problem for one in details if (problem := _invalid(where, one)).where not in known
        ]
        raise ConfigurationError(problems) from None
    problems += _missing(where, mapping)
    if problems:
        raise ConfigurationError(problems)
    return mapping


def _parse(path: Path | None, where: str) -> dict[str, Any]:
    try:
        if path is None:
            text = files(__package__).joinpath("reference.toml").read_text("utf-8")
        else:
            text = path.read_text("utf-8")
        return tomllib.loads(text)
    except OSError as error:
        reason, remedy = f"cannot be read: {error.strerror}", "correct NETGENIUM_MAPPING"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason, remedy = f"is not TOML: {error}", "correct the file"
    raise ConfigurationError([Problem(where, reason, remedy)])


def _unknown_names(where: str, entities: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in entities.items():
        if name not in CATALOGUE:
            yield _unknown(f"{where} [{name}]", "record", name, (*CATALOGUE, *_SECTIONS))
        elif isinstance(value, dict):
            entity = CATALOGUE[name]
            for part, known in (("columns", entity.fields), ("many", entity.many)):
                given = value.get(part, {})
                for field in given if isinstance(given, dict) else ():
                    if field not in known:
                        yield _unknown(f"{where} [{name}] {part}.{field}", "field", field, known)


def _unknown(where: str, what: str, name: str, known: Any) -> Problem:  # noqa: ANN401 - any names
    near = difflib.get_close_matches(name, list(known), 1)
    remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return Problem(where, f"there is no {what} {name}", remedy)


def _missing(where: str, mapping: NetGeniumMapping) -> Iterator[Problem]:
    for name, entity in CATALOGUE.items():
        mapped = mapping.entities.get(name)
        if mapped is None:
            if not entity.optional:
                remedy = "add its table and columns; the reference mapping shows how"
                yield Problem(f"{where} [{name}]", "the record is missing", remedy)
            continue
        for field in _missing_fields(entity, mapped):
            yield Problem(f"{where} [{name}]", f"the field {field} is missing", "add its column")
        content = "content" if mapping.attachments.strategy == "table" else "path"
        if name == "attachment" and content not in mapped.columns:
            remedy = f"the strategy {mapping.attachments.strategy} of [attachments] needs it"
            yield Problem(f"{where} [{name}]", f"the field {content} is missing", remedy)
        yield from _missing_choices(where, name, entity, mapping)


def _missing_fields(entity: Entity, mapped: MappedEntity) -> Iterator[str]:
    for name, field in entity.fields.items():
        if not field.optional and name not in mapped.columns:
            yield name
    for name, many in entity.many.items():
        if not many.optional and name not in mapped.many:
            yield f"many.{name}"


def _missing_choices(
    where: str, name: str, entity: Entity, mapping: NetGeniumMapping
) -> Iterator[Problem]:
    for field, kind in entity.fields.items():
        stored = mapping.choices.get(f"{name}.{field}", {})
        for value in kind.values:
            if value not in stored:
                place = f'{where} [choices] "{name}.{field}"'
                yield Problem(place, f"the value {value} is missing", "say how it is stored")


def _invalid(where: str, detail: Any) -> Problem:  # noqa: ANN401 - pydantic's error details
    path = [str(step) for step in detail["loc"] if not re.match(r"[A-Z]|constrained", str(step))]
    if path and path[0] == "entities":
        path = path[1:]
    section, *rest = path or ["the file"]
    place = f"{where} [{section}] {'.'.join(rest)}".rstrip()
    return Problem(place, detail["msg"][0].lower() + detail["msg"][1:], "correct the value")
