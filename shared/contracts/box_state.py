"""The state of a source of a technology box, as its fetcher tells the writer (behaviour O-4)."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.line import Line

LONGEST_STATE = 20


class BoxState(Contract):
    """The state of one source; the newest one of a source is the only one that counts.

    Attributes:
        box: Label of the technology box.
        source: `mailbox` or `emlDir`.
        state: What its fetcher does, as `reading`.
        why: A sentence, where there is something to say.
        waiting: Mails that are left to take; None if that is not known.
        read_at: When the source was last read; None if it never was.
        told_at: When this was told.
    """

    kind: Literal["box_state"] = "box_state"
    schema_version: Literal[1] = 1
    box: Line
    source: Line
    state: Annotated[Line, Field(max_length=LONGEST_STATE)]
    why: Line | None = None
    waiting: Annotated[int, Field(ge=0)] | None = None
    read_at: AwareDatetime | None = None
    told_at: AwareDatetime
