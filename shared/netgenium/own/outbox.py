"""Mail to be sent is first a row, written in the transaction of its cause; nothing is sent here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select

from shared.contracts.cause import Cause
from shared.contracts.line import one_line
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import outbox_table

WAITING = "waiting"
"""The state of mail that nobody has tried to send yet."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one recipient.

    Attributes:
        name: Tells apart the mails of one cause, such as `notice eva@firma.cz`.
        box: Whose server and sender it goes by.
        recipient: From the ERP or the configuration, never out of a mail's text.
        template: Name of the template that makes its text.
        values: What the template is filled with.
        answers_to: Message-IDs of the mails before it, the nearest first.
        attachments: Backup keys.
        task: The task that it is about; it may be a row that is still to be written.
        automatic: No person asked for it.
    """

    name: str
    box: str
    recipient: str
    template: str
    values: Mapping[str, object]
    answers_to: Sequence[str] = ()
    attachments: Sequence[str] = ()
    task: object | None = None
    automatic: bool = False


class Posted(NamedTuple):
    """A mail with what it comes from."""

    cause: Cause
    mail: Outgoing

    @property
    def outbox_id(self) -> UUID:
        """The same cause asks for the same mail once, however often it is processed."""
        return uuid5(self.cause.id, f"outbox\0{self.mail.name}")


def write_outbox(connection: Connection, posted: Sequence[Posted], now: datetime) -> None:
    """Write those of `posted` that were not written before; each waits from `now` on."""
    if rows := [_row(one, now) for one in not_written(connection, posted)]:
        connection.execute(insert(outbox_table), rows)


def not_written(connection: Connection, posted: Sequence[Posted]) -> list[Posted]:
    """Return those of `posted` that were not written before, by their ids."""
    by_id = {one.outbox_id: one for one in posted}
    own = outbox_table.c.outbox_id
    for chunk in in_chunks(sorted(by_id)):
        for known in connection.scalars(select(own).where(own.in_(chunk))).all():
            del by_id[known]
    return [by_id[outbox_id] for outbox_id in sorted(by_id)]


def _row(posted: Posted, now: datetime) -> dict[str, object]:
    mail = posted.mail
    return {
        "outbox_id": posted.outbox_id,
        "cause_id": posted.cause.id,
        "cause_kind": posted.cause.kind,
        "box": mail.box,
        "recipient": one_line(mail.recipient),
        "template": mail.template,
        "template_values": json.dumps(dict(mail.values), ensure_ascii=False, default=str),
        "answers_to": json.dumps(list(mail.answers_to), ensure_ascii=False),
        "attachments": json.dumps(list(mail.attachments)),
        "state": WAITING,
        "tries": 0,
        "created_at": now,
        "next_try_at": now,
        "task_id": mail.task,
        "automatic": mail.automatic,
    }
