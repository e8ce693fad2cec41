"""The actions of a rule as its file has them (behaviour C-2)."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from services.classifier.custom.conditions import (
    RulePart,
    field_name,
    not_empty,
    refused_expression,
    wrong,
)
from services.classifier.custom.expressions import ExpressionError, expression
from shared.contracts.said import said
from shared.domain.addresses import is_valid_address

_SCOPE = re.compile("p[-0-9]")
_MOST_VALUES = 20
_OF_OTHERS = ("comment", "notice")
"""Templates of mail that is sent otherwise: as a person's, or to those who run the service."""

Name = Annotated[str, Field(min_length=1, max_length=250)]
TaskField = Literal["subject", "text", "status", "priority"]


def _one_or_many(value: object) -> object:
    return not_empty(tuple(value) if isinstance(value, list) else (value,))


def _expression(written: str) -> str:
    try:
        expression(written)
    except ExpressionError as error:
        raise refused_expression(error) from None
    return written


def _address(written: str) -> str:
    address = written.strip().lower()
    if not is_valid_address(address):
        raise wrong("address", said("this is not an e-mail address"))
    return address


def _scope(written: str) -> str:
    if not _SCOPE.fullmatch(written):
        raise wrong("scope", said("a scope is p- (nobody), or p and a depth, as p2"))
    return written


def _template(name: str) -> str:
    if name in _OF_OTHERS:
        raise wrong("template", said("{name} is no template of an answer", name=name))
    return name


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_expression)]
Addresses = Annotated[
    tuple[Annotated[str, AfterValidator(_address)], ...],
    BeforeValidator(_one_or_many),
    Field(max_length=_MOST_VALUES),
]


class CreateContactAction(RulePart):
    """Make a contact of a sender whom the address book does not have.

    Attributes:
        relationship: Name of the company of those whose domain no company has.
    """

    do: Literal["create_contact"]
    relationship: Name | None = None


class TaskValues(RulePart):
    """What a task is set to."""

    subject: Name | None = None
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    status: Name | None = None
    priority: Annotated[str, Field(min_length=1, max_length=50)] | None = None


class TaskAction(RulePart):
    """Make a task, or change the one that the mail means.

    Attributes:
        find: Expression whose first group is the number of a task; None: the token `Task:`.
        same_contact: Only a task of the same contact counts as the one with the same subject.
        set: What both a new and a found task are set to.
        solvers: Logins or addresses of users: those of a new task.
        contract: Its number.
    """

    do: Literal["task"]
    find: Pattern | None = None
    same_contact: bool = True
    set: TaskValues = TaskValues()
    solvers: Annotated[tuple[Name, ...], Field(max_length=_MOST_VALUES, strict=False)] = ()
    contract: Name | None = None


class ActivityAction(RulePart):
    """Set these on the activities that the mail makes."""

    do: Literal["activity"]
    type: Name | None = None
    contract: Name | None = None
    scope: Annotated[str, AfterValidator(_scope)] | None = None


class Pull(RulePart):
    """A value for the task, out of the mail.

    Attributes:
        field: Where it is looked for.
        find: Expression whose first group is the value.
        into: The field of the task.
    """

    field: Annotated[str, AfterValidator(field_name)]
    find: Pattern
    into: TaskField


class SetFieldsAction(RulePart):
    """Take values for the `task` action that follows out of the mail, as of monitoring systems."""

    do: Literal["set_fields"]
    pull: Annotated[
        tuple[Pull, ...],
        BeforeValidator(_one_or_many),
        Field(max_length=_MOST_VALUES),
    ]


class IgnoreAction(RulePart):
    """Make no activity, and ask no further rule."""

    do: Literal["ignore"]


class ForwardAction(RulePart):
    """Send the mail on, as it came, as an attachment."""

    do: Literal["forward"]
    to: Addresses


class AnswerAction(RulePart):
    """Answer the sender, once, and never automatic mail.

    Attributes:
        template: Name of the template.
        text: What the template is filled with.
    """

    do: Literal["answer"]
    template: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,50}$"), AfterValidator(_template)] = (
        "answer"
    )
    text: Annotated[str, Field(max_length=10_000)] = ""


class MarkSeenAction(RulePart):
    """Mark the mail as seen in its box, where it stays."""

    do: Literal["mark_seen"]


class MoveAction(RulePart):
    """Move the mail to another folder of its box."""

    do: Literal["move"]
    folder: Name


class DeleteAction(RulePart):
    """Delete the mail in its box; the backup stays."""

    do: Literal["delete"]


Action = Annotated[
    CreateContactAction
    | TaskAction
    | ActivityAction
    | SetFieldsAction
    | IgnoreAction
    | ForwardAction
    | AnswerAction
    | MarkSeenAction
    | MoveAction
    | DeleteAction,
    Field(discriminator="do"),
]
