"""How many marks mails have set since a moment, and how many wait for a person (behaviour S-7)."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from shared.netgenium.own.held_mark_table import held_mark_table
from shared.netgenium.own.tables import change_table


def begin_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the day of `now` began in `zone`."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def count_marks(connection: Connection, since: datetime) -> int:
    """Count the marks that mails have set since then, whatever each has marked."""
    own = change_table.c
    query = select(func.count(own.command_id.distinct())).where(
        own.changed_at >= since, own.mark.is_not(None), own.cause_kind == "mail"
    )
    return connection.scalar(query) or 0


def held_by_reporter(connection: Connection) -> Mapping[str, int]:
    """Count the marks that wait for a person, by who has reported them."""
    own = held_mark_table.c
    query = select(own.reporter, func.count()).where(own.decided_at.is_(None))
    rows = connection.execute(query.group_by(own.reporter).order_by(own.reporter))
    return {row[0]: row[1] for row in rows}
