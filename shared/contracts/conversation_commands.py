"""Commands that only conversations give (behaviour E-1)."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.bounds import COMMENT_LENGTH
from shared.contracts.command import Command
from shared.contracts.references import RecordRef, UserRef


class CommentTask(Command):
    """What a mail says about a task, as a comment of it.

    Attributes:
        author: The user who has sent the mail; None: somebody else has.
        text: The sender's own words, or the names of the attachments.
    """

    kind: Literal["comment_task"] = "comment_task"
    task: RecordRef
    author: UserRef | None = None
    text: Annotated[str, Field(min_length=1, max_length=COMMENT_LENGTH)]
