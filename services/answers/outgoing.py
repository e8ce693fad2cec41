"""`mail`: what waits in the outbox, and what a person decides about it (behaviours M-1, M-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select, update

from services.mailer.outbox_mail import DROPPED, FAILED, SENT, WAITING, OutboxState
from shared.contracts.said import said
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.own.tables import outbox_table

_OWN = outbox_table.c


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """The outbox: mails that are not sent yet, and those that were refused for good.

    Attributes:
        waiting, failed: How many.
        oldest_at: Since when the oldest of those that wait does so.
        server: Whether a box names a server to send by; without one mail only waits.
    """

    waiting: int
    failed: int
    oldest_at: datetime | None
    server: bool


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A mail of the outbox as people see it.

    Attributes:
        id: Its id.
        state: `waiting`, `sent`, `failed` or `dropped`.
        recipient, template, box: To whom, what, from which box.
        cause: What has caused it, as `mail 154c463d-…`.
        created_at: When it was written.
        tries: How often it was tried.
        next_try_at: When it is due; None: it is through.
        sent_at: When a server took it.
        message_id: Its Message-ID, once it is sent.
        last_error: Why it was not sent.
    """

    id: str
    state: str
    recipient: str
    template: str
    box: str
    cause: str
    created_at: datetime
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    message_id: str | None
    last_error: str | None


def outbox_of(
    engine: Engine, states: Sequence[OutboxState] = (WAITING, FAILED), limit: int = 50
) -> list[OutboxEntry]:
    """Return mails of the outbox, the newest first.

    Raises:
        TransientError: The database is unreachable.
    """
    query = select(outbox_table).where(_OWN.state.in_(states))
    newest = query.order_by(_OWN.created_at.desc(), _OWN.outbox_id).limit(limit)
    with database_errors(engine), engine.connect() as connection:
        return [_entry(row) for row in connection.execute(newest)]


def outbox_entry(engine: Engine, wanted: str) -> OutboxEntry:
    """Return one mail.

    Raises:
        WrongUseError: There is none with this id.
        TransientError: The database is unreachable.
    """
    query = select(outbox_table).where(_OWN.outbox_id == _id(wanted))
    with database_errors(engine), engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown([wanted])
    return _entry(row)


def retry_mails(engine: Engine, wanted: Sequence[str]) -> int:
    """Have failed mails, and those that wait, sent as soon as possible; return how many.

    Raises:
        WrongUseError: One of them is not there, or was sent already; nothing was changed.
        TransientError: The database is unreachable.
    """
    values = {"state": WAITING, "next_try_at": datetime.now(UTC), "first_tried_at": None}
    return _decide(engine, wanted, values)


def drop_mails(engine: Engine, wanted: Sequence[str]) -> int:
    """Let mails not be sent; return how many. Their rows stay.

    Raises:
        WrongUseError: One of them is not there, or was sent already; nothing was changed.
        TransientError: The database is unreachable.
    """
    return _decide(engine, wanted, {"state": DROPPED, "next_try_at": None})


def outbox_counts(engine: Engine, *, server: bool) -> OutboxCounts:
    """Return the state of the outbox.

    Raises:
        TransientError: The database is unreachable.
    """
    query = select(
        _OWN.state, func.count().label("mails"), func.min(_OWN.created_at).label("oldest")
    )
    query = query.where(_OWN.state.in_([WAITING, FAILED])).group_by(_OWN.state)
    with database_errors(engine), engine.connect() as connection:
        rows = {row.state: row for row in connection.execute(query)}
    waiting, failed = rows.get(WAITING), rows.get(FAILED)
    return OutboxCounts(
        waiting.mails if waiting else 0,
        failed.mails if failed else 0,
        waiting.oldest if waiting else None,
        server,
    )


def _decide(engine: Engine, wanted: Sequence[str], values: dict[str, Any]) -> int:
    ids = {_id(each): each for each in wanted}
    query = select(_OWN.outbox_id).where(_OWN.outbox_id.in_(ids), _OWN.state != SENT)
    with write_transaction(engine) as connection:
        found = set(connection.scalars(query))
        if missing := [text for one, text in ids.items() if one not in found]:
            raise _unknown(missing)
        changed = update(outbox_table).where(_OWN.outbox_id.in_(ids), _OWN.state != SENT)
        connection.execute(changed.values(values))
    return len(ids)


def _entry(row: Any) -> OutboxEntry:  # noqa: ANN401 - a row of SQLAlchemy has no type
    return OutboxEntry(
        id=str(row.outbox_id),
        state=row.state,
        recipient=row.recipient,
        template=row.template,
        box=row.box,
        cause=f"{row.cause_kind} {row.cause_id}",
        created_at=row.created_at,
        tries=row.tries,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        message_id=row.message_id,
        last_error=row.last_error,
    )


def _id(wanted: str) -> UUID:
    try:
        return UUID(wanted)
    except ValueError:
        raise _unknown([wanted]) from None


def _unknown(wanted: Sequence[str]) -> WrongUseError:
    listed = ", ".join(wanted)
    return WrongUseError(
        said(
            "no mail that is not sent has the id {listed}; crmservice mail list shows all ids",
            listed=listed,
        )
    )
