"""A mail of the outbox as the mailer has it. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

OutboxState = Literal["waiting", "sent", "failed", "dropped"]

WAITING: OutboxState = "waiting"
SENT: OutboxState = "sent"
FAILED: OutboxState = "failed"
DROPPED: OutboxState = "dropped"
"""A person has decided that it is not sent."""

NOTICE = "notice"
"""The template of notices, and the name of what causes them."""

SAID = "_said"
"""Ends the name of a value that has another one as sentences, to be said in any language."""

COMMENT = "comment"
"""The template of what a person wrote; all others are filled without one."""


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One mail to one recipient.

    Attributes:
        outbox_id: Its name; its Message-ID is made of it.
        box: Whose server and sender it goes by.
        recipient: Who gets it.
        template: Name of the template that makes its text.
        values: What the template is filled with; never a template itself.
        answers_to: Message-IDs of the mails before it, the nearest first.
        attachments: Backup keys.
        tries: How often it was taken in hand before.
        first_tried_at: When a server put it off first; None: never.
    """

    outbox_id: UUID
    box: str
    recipient: str
    template: str
    values: Mapping[str, object]
    answers_to: Sequence[str] = ()
    attachments: Sequence[str] = ()
    tries: int = 0
    first_tried_at: datetime | None = None

    @property
    def is_notice(self) -> bool:
        """Whether it is a notice of an error (I-9)."""
        return self.template == NOTICE

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it: nothing may come back to its envelope sender (M-1)."""
        return self.template != COMMENT


def outbox_mail_of(row: Any) -> OutboxMail:  # noqa: ANN401 - a row of SQLAlchemy has no type
    """Return the mail of a row of `crm_outbox`."""
    return OutboxMail(
        outbox_id=row.outbox_id,
        box=row.box,
        recipient=row.recipient,
        template=row.template,
        values=json.loads(row.template_values),
        answers_to=tuple(json.loads(row.answers_to)),
        attachments=tuple(json.loads(row.attachments)),
        tries=row.tries,
        first_tried_at=row.first_tried_at,
    )
