"""Whose calendar may have news, as the writer tells the calendar's service (behaviour K-2)."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Contract

MOST_USERS = 1000


class CalendarHint(Contract):
    """Users whose rounds may find something: only a hint, which may be lost, late, or told twice.

    Attributes:
        users: Ids of the ERP's users.
    """

    kind: Literal["calendar_hint"] = "calendar_hint"
    schema_version: Literal[1] = 1
    users: Annotated[tuple[int, ...], Field(max_length=MOST_USERS)]
