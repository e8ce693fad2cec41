"""The catalogue: every ERP record and field that CRMService knows, whatever the ERP calls them.

The mapping file says which table and column each has in an installation; `reference.toml` is the
mapping that we ship. Nothing here is a name of the ERP.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from typing import Literal

Kind = Literal["text", "memo", "moment", "check_box", "choice", "reference", "bytes", "integer"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes:
        kind: What it holds; `reference` is the id of another record.
        optional: An installation may lack it.
        length: Characters that a `text` column has unless the mapping says otherwise.
        values: What a `choice` may be; of a `text`, words of ours that the mapping may know.
        to: Which kind of record a `reference` is the id of.
    """

    kind: Kind
    optional: bool = False
    length: int = 250
    values: tuple[str, ...] = ()
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A field with several values: references or texts.

    Attributes:
        of: `reference` or `text`.
        optional: An installation may lack it.
        to: Which kind of record the references are ids of.
    """

    of: Literal["reference", "text"]
    optional: bool = False
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record; its key is always `id`, a 64-bit number.

    Attributes:
        fields: Fields with one value.
        many: Fields with several values.
        optional: An installation may lack the whole record.
    """

    fields: Mapping[str, Field]
    many: Mapping[str, Many] = field(default_factory=dict)
    optional: bool = False


def _text(length: int = 250) -> Field:
    return Field("text", length=length)


def _optional(kind: Kind, length: int = 250) -> Field:
    return Field(kind, optional=True, length=length)


def _reference(to: str, *, optional: bool = False) -> Field:
    return Field("reference", optional, to=to)


def _references(to: str, *, optional: bool = False) -> Many:
    return Many("reference", optional, to)


_MARKS = dict.fromkeys(
    ("allow_emails", "allow_bulk_emails", "non_functional"), _optional("check_box")
)
_NUMBERED: Mapping[str, Field] = {
    "number": _text(50),
    "subject": _optional("text"),
    "relationship": _reference("relationship", optional=True),
    "closed": _optional("check_box"),
}

CATALOGUE: Mapping[str, Entity] = {
    "user": Entity(
        {"login": _text(100), "name": _text(), "active": Field("check_box")},
        {"emails": Many("text"), "roles": _references("role")},
    ),
    "role": Entity({"name": _text(), "parent": _reference("role")}),
    "relationship": Entity(
        {"name": _text(), **_MARKS},
        {"emails": Many("text"), "domains": Many("text", optional=True)},
    ),
    "contact": Entity(
        {
            "relationship": _reference("relationship"),
            "first_name": _optional("text"),
            "last_name": _text(),
            **_MARKS,
        },
        {"emails": Many("text")},
    ),
    "contract": Entity(_NUMBERED, {"team": _references("user", optional=True)}),
    "order": Entity(
        {**_NUMBERED, "contract": _reference("contract", optional=True)}, optional=True
    ),
    "opportunity": Entity(_NUMBERED, optional=True),
    "task": Entity(
        {
            "number": _text(50),
            "subject": _text(),
            "text": _optional("memo"),
            "status": Field("text", optional=True, values=("new",)),
            "approver": _reference("user", optional=True),
            "contract": _reference("contract", optional=True),
            "contact": _reference("contact", optional=True),
            "relationship": _reference("relationship", optional=True),
            "problem_id": _optional("text", 50),
            "priority": _optional("text", 50),
            "due_date": _optional("moment"),
            "completed_on": _optional("moment"),
        },
        {"solvers": _references("user"), "watchers": _references("user", optional=True)},
    ),
    "task_comment": Entity(
        {
            "task": _reference("task"),
            "author": _reference("user", optional=True),
            "text": Field("memo"),
            "created_on": _optional("moment"),
            "for_customer": _optional("check_box"),
            "sent_on": _optional("moment"),
        },
        optional=True,
    ),
    "activity_type": Entity({"name": _text()}),
    "activity": Entity(
        {
            "type": _reference("activity_type"),
            "subject": _text(),
            "text": Field("memo"),
            "html": _optional("memo"),
            "direction": Field("choice", values=("incoming", "outgoing")),
            "responsible": _reference("user"),
            "date": Field("moment"),
            "due_date": _optional("moment"),
            "completed_on": Field("moment"),
            "contact": _reference("contact"),
            "relationship": _reference("relationship"),
            "contract": _reference("contract"),
            "order": _reference("order", optional=True),
            "task": _reference("task"),
            "opportunity": _reference("opportunity", optional=True),
            "sender": _optional("text"),
            "to": _optional("memo"),
            "cc": _optional("memo"),
            "message_id": _optional("text", 500),
            "flags": _optional("text"),
            "start": _optional("moment"),
            "end": _optional("moment"),
            "all_day": _optional("check_box"),
            "location": _optional("text"),
            "private": _optional("check_box"),
            "series": _optional("text"),
            "changed_on": _optional("moment"),
        },
        {"scope": _references("role"), "other_contacts": _references("contact", optional=True)},
    ),
    "invitation": Entity(
        {
            "user": _reference("user"),
            "uid": _text(500),
            "recurrence_id": _optional("text", 50),
            "method": _text(20),
            "sequence": Field("integer"),
            "start": Field("moment"),
            "end": _optional("moment"),
            "all_day": _optional("check_box"),
            "location": _optional("text"),
            "summary": _optional("text"),
            "organizer": _text(),
            "rule": _optional("text", 500),
            "attendees": _optional("memo"),
            "answer": _optional("text", 50),
            "cancelled": _optional("check_box"),
        },
        optional=True,
    ),
    "attachment": Entity(
        {
            "activity": _reference("activity"),
            "name": _text(),
            "content_type": _optional("text", 100),
            "size": _optional("integer"),
            "content": _optional("bytes"),
            "path": _optional("text", 500),
        }
    ),
    "forbidden_email": Entity(
        {
            "address": _text(),
            "type": Field("choice", values=("do_not_send", "broken")),
            "recorded_on": _optional("moment"),
        },
        optional=True,
    ),
}
"""Records by our name for them."""


@cache
def writing_order() -> tuple[str, ...]:
    """Return all kinds of records, each after those that it refers to, always in the same order."""
    graph = {name: list(_referred(name, entity)) for name, entity in CATALOGUE.items()}
    return tuple(TopologicalSorter(graph).static_order())


def _referred(name: str, entity: Entity) -> Iterator[str]:
    """Yield what `entity` refers to beside its own kind, such as a role's parent."""
    fields: tuple[Field | Many, ...] = (*entity.fields.values(), *entity.many.values())
    yield from (one.to for one in fields if one.to not in {None, name})
