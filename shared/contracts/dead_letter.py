"""What became of a dead letter, as it is told to the writer (behaviour O-2)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.base import Contract
from shared.contracts.line import Line

LONGEST_QUEUE = 50

Ending = Literal["released", "dropped", "gone"]
"""An operator released or dropped it; or it was gone when the queue was looked at."""


class DeadLetterNote(Contract):
    """A dead letter that is there, or that has ended. It holds no text of a mail.

    Attributes:
        mail_id: The mail.
        queue: The work queue that it died in; `failed` where there is no broker.
        box: Label of the technology box; None if that is not known.
        source: Where the mail came from; None if that is not known.
        reason: Why it died, one line.
        released: How often it was released so far, the ending included.
        died_at: When it died; None where only the broker knows.
        told_at: When this was so: the moment of the death, of the ending, or of a look at it.
        ended_as: How it ended; None: it waits for a person.
    """

    kind: Literal["dead_letter_note"] = "dead_letter_note"
    schema_version: Literal[1] = 1
    mail_id: UUID
    queue: Annotated[Line, Field(max_length=LONGEST_QUEUE)]
    box: Line | None = None
    source: Line | None = None
    reason: Line
    released: Annotated[int, Field(ge=0)] = 0
    died_at: AwareDatetime | None = None
    told_at: AwareDatetime
    ended_as: Ending | None = None
