"""The conditions of a rule as its file has them (behaviour C-1)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.classifier.custom.expressions import ExpressionError, expression
from shared.contracts.said import Said, said

Operator = Literal["equals", "contains", "starts", "ends", "matches", "exists", "greater", "less"]
OPERATORS: tuple[str, ...] = get_args(Operator)

TEXTS = (
    "from",
    "to",
    "cc",
    "recipients",
    "subject",
    "body",
    "own_text",
    "attachment",
    "folder",
    "direction",
)
"""Fields that hold text; `header:<name>` is another."""

HEADER = "header:"
SIZE = "size"
FLAGS = ("sender_known", "sender_user")
FIELDS = (*TEXTS, SIZE, *FLAGS)

TAG = "·"
"""Begins the names by which pydantic tells conditions apart: they are in no file."""

_DEEPEST = 20
_LONGEST_VALUE = 1000


class RulePart(BaseModel):
    """What all parts of a rule file have in common: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def wrong(kind: str, what: Said, **values: Any) -> PydanticCustomError:  # noqa: ANN401 - shown as they are
    """Return an error of a rule file: what is wrong, and `values` of it."""
    return PydanticCustomError(kind, "{said}", {"said": what, **values})


def refused_expression(error: ExpressionError) -> PydanticCustomError:
    """Return the error of an expression that google-re2 refuses."""
    return wrong("expression", said("google-re2 refuses it: {why}", why=str(error)))


def field_name(name: str) -> str:
    """Return the name of a field of a mail.

    Raises:
        PydanticCustomError: No mail has such a field.
    """
    if name in FIELDS or (name.startswith(HEADER) and name[len(HEADER) :].strip()):
        return name
    raise wrong("unknown_field", said("unknown field {name}", name=name), name=name)


def not_empty(value: object) -> object:
    """Refuse a list without items; pydantic's own look counts wrong items as missing."""
    if isinstance(value, list | tuple) and not value:
        raise wrong("empty", said("the list is empty"))
    return value


class Test(RulePart):
    """One field of the mail compared with a value.

    Attributes:
        field: A name of `FIELDS`, or `header:<name>`.
        case: Letter case and diacritics count.
    """

    field: Annotated[str, AfterValidator(field_name)]
    op: Operator
    value: str | int | bool | None = None
    case: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> "Test":
        if self.op == "exists":
            if self.value is not None:
                raise wrong("value", said("exists takes no value"))
        elif self.field == SIZE:
            self._check_size()
        elif self.field in FLAGS:
            self._check_flag()
        else:
            self._check_text()
        return self

    def _check_size(self) -> None:
        if self.op not in {"equals", "greater", "less"}:
            raise wrong(
                "operator", said("size takes equals, greater or less, not {op}", op=self.op)
            )
        if type(self.value) is not int or self.value < 0:
            raise wrong("value", said("size is compared with a number of bytes, as 5_000_000"))

    def _check_flag(self) -> None:
        if self.op != "equals" or type(self.value) is not bool:
            raise wrong("value", said("{name} takes equals with true or false", name=self.field))

    def _check_text(self) -> None:
        if self.op in {"greater", "less"}:
            raise wrong("operator", said("{op} compares size alone", op=self.op))
        if not isinstance(self.value, str) or not self.value or len(self.value) > _LONGEST_VALUE:
            raise wrong("value", said("{op} takes a text of 1 to 1000 characters", op=self.op))
        if self.op == "matches":
            try:
                expression(self.value, exactly=self.case)
            except ExpressionError as error:
                raise refused_expression(error) from None
        if self.field == "direction" and self.value not in {"incoming", "outgoing"}:
            raise wrong("value", said("direction is incoming or outgoing"))


class All(RulePart):
    """Every one of these."""

    all: Annotated[tuple["Condition", ...], Field(strict=False), BeforeValidator(not_empty)]


class AnyOf(RulePart):
    """At least one of these."""

    any: Annotated[tuple["Condition", ...], Field(strict=False), BeforeValidator(not_empty)]


class Not(RulePart):
    """Not this."""

    not_: Annotated["Condition", Field(alias="not")]


def _kind(value: object) -> str:
    """Tell the kind of condition by its first key; an odd one is read as a test."""
    keys = value if isinstance(value, dict) else ()
    return next((f"{TAG}{key}" for key in keys if key in {"all", "any", "not"}), f"{TAG}test")


Condition = Annotated[
    Annotated[All, Tag(f"{TAG}all")]
    | Annotated[AnyOf, Tag(f"{TAG}any")]
    | Annotated[Not, Tag(f"{TAG}not")]
    | Annotated[Test, Tag(f"{TAG}test")],
    Discriminator(_kind),
]


def fields_of(condition: Condition | None) -> Iterator[str]:
    """Yield the fields that a condition looks at, however deep they are."""
    match condition:
        case All():
            yield from (name for one in condition.all for name in fields_of(one))
        case AnyOf():
            yield from (name for one in condition.any for name in fields_of(one))
        case Not():
            yield from fields_of(condition.not_)
        case Test():
            yield condition.field
        case None:
            # A rule that always holds.
            return


def depth_of(value: object) -> int:
    """Return how deep conditions are nested in what a file holds."""
    deepest, level = 0, [value]
    while level and deepest <= _DEEPEST:
        level = [inner for one in level for inner in _inside(one)]
        deepest += 1
    return deepest


def is_too_deep(value: object) -> bool:
    """Return whether conditions are nested deeper than anybody needs."""
    return depth_of(value) > _DEEPEST


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
