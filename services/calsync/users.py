"""What is kept of each user who takes part: account, cursor, and how the last round went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from services.calsync.calendars.port import MailboxRefusedError, Participant
from shared.errors import CRMServiceError, TransientError
from shared.netgenium.own.calendar_tables import calendar_user_table


@dataclass(frozen=True, slots=True)
class CalendarUser:
    """One user's row.

    Attributes:
        cursor: Where the changes of the calendar go on; None: from the beginning.
        window_first: The first day of the window that the cursor was made for.
        state: `active`, `failed`, or `parked` while the user does not take part.
        reason: Why it is not active.
        wait_until: The mailbox asked to be left alone so long.
        looked_up_at: When the account was looked up last (K-1).
        last_round_at: When the last whole round ended.
    """

    user_id: int
    address: str
    mailbox: str
    cursor: str | None = None
    window_first: date | None = None
    state: str = "active"
    reason: str | None = None
    wait_until: datetime | None = None
    looked_up_at: datetime | None = None
    last_round_at: datetime | None = None


class UserStates:
    """The rows of one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Take the transaction."""
        self._connection = connection

    def read(self, user: Participant, now: datetime) -> CalendarUser:
        """Return the user's row; it is made if there is none."""
        found = self.find(user)
        if found is None:
            found = CalendarUser(user.user_id, user.address, user.mailbox, looked_up_at=now)
            self._connection.execute(insert(calendar_user_table), [_row(found)])
        return found

    def find(self, user: Participant) -> CalendarUser | None:
        """Return the user's row, if there is one."""
        query = select(calendar_user_table).where(calendar_user_table.c.user_id == user.user_id)
        row = self._connection.execute(query).mappings().first()
        return _state(row) if row else None

    def all(self) -> Sequence[CalendarUser]:
        """Return the rows of all users who were ever known."""
        query = select(calendar_user_table).order_by(calendar_user_table.c.user_id)
        return [_state(row) for row in self._connection.execute(query).mappings()]

    def renewed(self, state: CalendarUser, user: Participant) -> CalendarUser:
        """Take the user's account of now; it begins anew."""
        anew = replace(state, cursor=None, window_first=None)
        return self._put(replace(anew, mailbox=user.mailbox, address=user.address))

    def moved_on(self, user: Participant, cursor: str, window_first: date, now: datetime) -> None:
        """Keep where a whole round has ended."""
        columns = calendar_user_table.c
        # Who was parked during his round stays parked.
        where = (columns.user_id == user.user_id) & (columns.state != "parked")
        ended = {
            "delta_cursor": cursor,
            "window_first": window_first,
            "state": "active",
            "reason": None,
            "wait_until": None,
            "last_round_at": now,
        }
        self._connection.execute(update(calendar_user_table).where(where).values(ended))

    def failed(self, state: CalendarUser, error: CRMServiceError, now: datetime) -> CalendarUser:
        """Keep why a round ended early, and how long to wait; a lost account is looked up anew."""
        wait = error.retry_after_seconds if isinstance(error, TransientError) else None
        until = now + timedelta(seconds=wait) if wait else None
        gone = isinstance(error, MailboxRefusedError) and error.gone
        looked_up_at = None if gone else state.looked_up_at
        failed = replace(state, state="failed", reason=str(error), wait_until=until)
        return self._put(replace(failed, looked_up_at=looked_up_at))

    def parked(self, state: CalendarUser, reason: str) -> CalendarUser:
        """Park the user: nothing happens until he is back; then all is matched again (K-1b)."""
        return self._put(replace(state, state="parked", reason=reason, cursor=None))

    def looked_up(self, state: CalendarUser, now: datetime) -> CalendarUser:
        """Keep when the account was looked up; who was parked takes part again."""
        back = "active" if state.state == "parked" else state.state
        return self._put(replace(state, looked_up_at=now, state=back))

    def park_all_but(self, taking_part: Iterable[int], reasons: Mapping[int, str]) -> None:
        """Park every known user who takes part no more."""
        columns = calendar_user_table.c
        there = set(taking_part)
        query = select(calendar_user_table).where(columns.state != "parked")
        for row in self._connection.execute(query).mappings().all():
            if row["user_id"] not in there:
                reason = reasons.get(row["user_id"], "does not take part any more")
                self.parked(_state(row), reason)

    def _put(self, state: CalendarUser) -> CalendarUser:
        where = calendar_user_table.c.user_id == state.user_id
        self._connection.execute(update(calendar_user_table).where(where).values(_row(state)))
        return state


def _state(row: Mapping[Any, Any]) -> CalendarUser:
    values: dict[str, Any] = dict(row)
    values["cursor"] = values.pop("delta_cursor")
    return CalendarUser(**values)


def _row(state: CalendarUser) -> dict[str, Any]:
    return {
        "user_id": state.user_id,
        "address": state.address,
        "mailbox": state.mailbox,
        "delta_cursor": state.cursor,
        "window_first": state.window_first,
        "state": state.state,
        "reason": state.reason,
        "wait_until": state.wait_until,
        "looked_up_at": state.looked_up_at,
        "last_round_at": state.last_round_at,
    }
