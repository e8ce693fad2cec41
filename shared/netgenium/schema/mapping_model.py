"""What a mapping file holds, as types: names of tables and columns, and how values are stored."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

SCHEMA_VERSION = 1
"""The version of the file's format that this program reads."""

NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
"""A table, column or generator: nothing that could be more than a name in a statement."""

STRATEGY = r"^(identity|max_plus_one|generator:[A-Za-z_][A-Za-z0-9_]{0,62})$"
"""How records get their ids."""

Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME)]


class MappingPart(BaseModel):
    """A part of a mapping file; keys that it does not know are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Ids(MappingPart):
    """How new records get their id."""

    strategy: Annotated[str, StringConstraints(pattern=STRATEGY)] = "identity"


class CheckBoxPair(MappingPart):
    """The stored values of a set and a cleared check box, two numbers or two texts."""

    checked: int | str = 1
    unchecked: int | str = 0


class Time(MappingPart):
    """The zone whose local time the ERP stores, by its IANA name."""

    zone: str = "Europe/Prague"


class Attachments(MappingPart):
    """Where files of an activity lie; `folder` is relative to the ERP directory."""

    strategy: Literal["table", "directory"] = "table"
    folder: str = "Files/CRMService"


class SizedColumn(MappingPart):
    """A column with the characters that it holds, where they differ from the catalogue's."""

    name: Name
    length: int = Field(ge=1, strict=True)


def _column_shape(value: Any) -> str:  # noqa: ANN401 - whatever the file has
    return "<sized>" if isinstance(value, dict | SizedColumn) else "<name>"


AnyColumn: TypeAlias = Annotated[
    Annotated[Name, Tag("<name>")] | Annotated[SizedColumn, Tag("<sized>")],
    Discriminator(_column_shape),
]
"""A column by its name alone, or with its length.

The tags keep errors to the shape given, and `<` tells them from the file's own keys.
"""


class InColumns(MappingPart):
    """A field with several values in columns of the record's own table."""

    columns: tuple[AnyColumn, ...] = Field(min_length=1)


class InTable(MappingPart):
    """A field with several values in a table of its own."""

    table: Name
    owner: Name
    value: AnyColumn
    id: Name | None = None


def _many_shape(value: Any) -> str:  # noqa: ANN401 - whatever the file has
    given = value.keys() if isinstance(value, dict) else ()
    return "<columns>" if isinstance(value, InColumns) or "columns" in given else "<table>"


AnyMany: TypeAlias = Annotated[
    Annotated[InColumns, Tag("<columns>")] | Annotated[InTable, Tag("<table>")],
    Discriminator(_many_shape),
]


class MappedEntity(MappingPart):
    """One record's table and columns."""

    table: Name
    id: Name = "id"
    columns: Mapping[str, AnyColumn] = {}
    many: Mapping[str, AnyMany] = {}


class NetGeniumMapping(MappingPart):
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


SECTIONS: Mapping[str, type[MappingPart] | None] = {
    "schema_version": None,
    "ids": Ids,
    "check_box": CheckBoxPair,
    "time": Time,
    "attachments": Attachments,
    "choices": None,
}
"""What is in a file beside the records; the model of those that have fixed keys."""


def column_name(column: str | SizedColumn) -> str:
    """Return the name of a mapped column, with or without a length."""
    return column if isinstance(column, str) else column.name
