"""The rows of the outbox as the mailer takes and changes them (behaviours M-1, M-2, M-6).

A mailer takes a mail in hand by moving its next try into the future, so two mailers never have
the same one, and what a dead mailer had in hand is due again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select, update

from services.mailer.outbox_mail import (
    FAILED,
    NOTICE,
    SENT,
    WAITING,
    OutboxMail,
    outbox_mail_of,
)
from shared.contracts.line import one_line
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.database.locks import hold, lock_for
from shared.netgenium.own.outbox import Posted, write_outbox
from shared.netgenium.own.tables import outbox_table

IN_HAND = timedelta(minutes=30)
"""How long a mailer may have a mail in hand: longer than a server may take to accept it."""

_MOST_AT_ONCE = 20
_HOUR = timedelta(hours=1)
_TAKING = lock_for("mailer", "taking")
_OWN = outbox_table.c


@dataclass(frozen=True, slots=True)
class Taken:
    """What a mailer has taken in hand.

    Attributes:
        mails: The mails, the one that is due longest first.
        held: How many more are due and wait because of `mailsPerHour`.
    """

    mails: Sequence[OutboxMail]
    held: int = 0


@dataclass(frozen=True, slots=True)
class SettledMail:
    """What became of a mail that was in hand.

    Attributes:
        values: The columns of its row that change.
        told: Mails that tell of it, written in the same transaction.
    """

    values: Mapping[str, object]
    told: Sequence[Posted] = ()


@dataclass(frozen=True, slots=True)
class OutboxRows:
    """The outbox in the database."""

    engine: Engine

    def take(self, box: str, per_hour: int, now: datetime) -> Taken:
        """Take mails of `box` in hand that are due; at most so many as it may still send.

        Notices are not counted: they are few by themselves, and tell of the brake, too.

        Raises:
            TransientError: The database is unreachable.
        """
        with write_transaction(self.engine) as connection:
            hold(connection, _TAKING)
            left = max(0, per_hour - _sent_lately(connection, box, now))
            mails = [
                *_due(connection, box, now, _MOST_AT_ONCE, notices=True),
                *_due(connection, box, now, min(left, _MOST_AT_ONCE), notices=False),
            ]
            ids = [mail.outbox_id for mail in mails]
            connection.execute(
                update(outbox_table)
                .where(_OWN.outbox_id.in_(ids))
                .values(next_try_at=now + IN_HAND, tries=_OWN.tries + 1)
            )
            held = _due_count(connection, box, now) if left <= _MOST_AT_ONCE else 0
        return Taken(mails, held)

    def settle(self, mail: OutboxMail, settled: SettledMail, now: datetime) -> None:
        """Write what became of a mail, and to whom that is told, unless a person has decided.

        What does not end its way counts only as long as no other mailer has taken it in hand.

        Raises:
            TransientError: The database is unreachable.
        """
        ours = [_OWN.outbox_id == mail.outbox_id, _OWN.state == WAITING]
        if "state" not in settled.values:
            ours.append(_OWN.tries == mail.tries + 1)
        with write_transaction(self.engine) as connection:
            query = update(outbox_table).where(*ours).values(settled.values)
            if connection.execute(query).rowcount:
                write_outbox(connection, settled.told, now)

    def counts(self) -> dict[str, int]:
        """Return how many mails are waiting and failed.

        Raises:
            TransientError: The database is unreachable.
        """
        query = (
            select(_OWN.state, func.count().label("mails"))
            .where(_OWN.state.in_([WAITING, FAILED]))
            .group_by(_OWN.state)
        )
        with database_errors(self.engine), self.engine.connect() as connection:
            found = {row.state: row.mails for row in connection.execute(query)}
        return {WAITING: 0, FAILED: 0} | found


def as_sent(message_id: str, now: datetime) -> dict[str, Any]:
    """Return the columns of a mail that the server has taken."""
    return {"state": SENT, "message_id": message_id, "sent_at": now, "last_error": None}


def as_failed(why: str) -> dict[str, Any]:
    """Return the columns of a mail that was refused for good."""
    return {"state": FAILED, "last_error": one_line(why), "next_try_at": None}


def as_put_off(mail: OutboxMail, why: str, next_try_at: datetime, now: datetime) -> dict[str, Any]:
    """Return the columns of a mail that a server has put off."""
    return as_waiting(why, next_try_at) | {"first_tried_at": mail.first_tried_at or now}


def as_waiting(why: str, next_try_at: datetime) -> dict[str, Any]:
    """Return the columns of a mail that is tried again."""
    return {"next_try_at": next_try_at, "last_error": one_line(why)}


def as_given_back(mail: OutboxMail, now: datetime) -> dict[str, Any]:
    """Return the columns of a mail that no server has seen: the try does not count."""
    return {"next_try_at": now, "tries": mail.tries}


def _sent_lately(connection: Connection, box: str, now: datetime) -> int:
    query = select(func.count()).where(
        _OWN.box == box, _OWN.sent_at > now - _HOUR, _OWN.template != NOTICE
    )
    return connection.scalar(query) or 0


def _due(
    connection: Connection, box: str, now: datetime, most: int, *, notices: bool
) -> list[OutboxMail]:
    if not most:
        return []
    kind = _OWN.template == NOTICE if notices else _OWN.template != NOTICE
    query = _that_are_due(select(outbox_table), box, now).where(kind)
    # In the order of the index alone: asked for more, Firebird sorts all that waits.
    rows = connection.execute(query.order_by(_OWN.next_try_at).limit(most))
    return [outbox_mail_of(row) for row in rows]


def _due_count(connection: Connection, box: str, now: datetime) -> int:
    query = _that_are_due(select(func.count()).select_from(outbox_table), box, now)
    return connection.scalar(query.where(_OWN.template != NOTICE)) or 0


def _that_are_due(query: Select[Any], box: str, now: datetime) -> Select[Any]:
    return query.where(_OWN.box == box, _OWN.state == WAITING, _OWN.next_try_at <= now)
