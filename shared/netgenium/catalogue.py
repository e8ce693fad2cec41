"""The catalogue: every ERP record and field that CRMService knows, whatever the ERP calls them.

The mapping file says which table and column each has in an installation; `reference.toml` is the
mapping that we ship. Nothing here is a name of the ERP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "memo", "moment", "check_box", "choice", "reference", "bytes", "integer"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes:
        kind: What it holds; `reference` is the id of another record.
        optional: An installation may lack it.
        length: Characters that a `text` column has unless the mapping says otherwise.
        values: What a `choice` may be.
    """

    kind: Kind
    optional: bool = False
    length: int = 250
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Many:
    """A field with several values: references or texts.

    Attributes:
        of: `reference` or `text`.
        optional: An installation may lack it.
    """

    of: Literal["reference", "text"]
    optional: bool = False


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


_REFERENCE = Field("reference")
_MARKS = dict.fromkeys(
    ("allow_emails", "allow_bulk_emails", "non_functional"), _optional("check_box")
)
_NUMBERED: Mapping[str, Field] = {
    "number": _text(50),
    "subject": _optional("text"),
    "relationship": _optional("reference"),
    "closed": _optional("check_box"),
}

CATALOGUE: Mapping[str, Entity] = {
    "user": Entity(
        {"login": _text(100), "name": _text(), "active": Field("check_box")},
        {"emails": Many("text"), "roles": Many("reference")},
    ),
    "role": Entity({"name": _text(), "parent": _REFERENCE}),
    "relationship": Entity(
        {"name": _text(), **_MARKS},
        {"emails": Many("text"), "domains": Many("text", optional=True)},
    ),
    "contact": Entity(
        {
            "relationship": _REFERENCE,
            "first_name": _optional("text"),
            "last_name": _text(),
            **_MARKS,
        },
        {"emails": Many("text")},
    ),
    "contract": Entity(_NUMBERED, {"team": Many("reference", optional=True)}),
    "order": Entity({**_NUMBERED, "contract": _optional("reference")}, optional=True),
    "opportunity": Entity(_NUMBERED, optional=True),
    "task": Entity(
        {
            "number": _text(50),
            "subject": _text(),
            "text": _optional("memo"),
            "status": _optional("text"),
            "approver": _optional("reference"),
            "contract": _optional("reference"),
            "contact": _optional("reference"),
            "problem_id": _optional("text", 50),
            "priority": _optional("text", 50),
            "due_date": _optional("moment"),
            "completed_on": _optional("moment"),
        },
        {"solvers": Many("reference")},
    ),
    "task_comment": Entity(
        {
            "task": _REFERENCE,
            "author": _optional("reference"),
            "text": Field("memo"),
            "created_on": _optional("moment"),
        },
        optional=True,
    ),
    "activity_type": Entity({"name": _text()}),
    "activity": Entity(
        {
            "type": _REFERENCE,
            "subject": _text(),
            "text": Field("memo"),
            "html": _optional("memo"),
            "direction": Field("choice", values=("incoming", "outgoing")),
            "responsible": _REFERENCE,
            "date": Field("moment"),
            "due_date": _optional("moment"),
            "completed_on": Field("moment"),
            "contact": _REFERENCE,
            "relationship": _REFERENCE,
            "contract": _REFERENCE,
            "order": _optional("reference"),
            "task": _REFERENCE,
            "opportunity": _optional("reference"),
            "sender": _optional("text"),
            "to": _optional("memo"),
            "cc": _optional("memo"),
            "message_id": _optional("text", 500),
            "start": _optional("moment"),
            "end": _optional("moment"),
            "all_day": _optional("check_box"),
            "location": _optional("text"),
            "private": _optional("check_box"),
            "series": _optional("text"),
            "changed_on": _optional("moment"),
        },
        {"scope": Many("reference"), "other_contacts": Many("reference", optional=True)},
    ),
    "invitation": Entity(
        {
            "user": _REFERENCE,
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
            "activity": _REFERENCE,
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
