"""Takes back the marks of many mails: by rule, by day, by who has sent them (behaviours B-5, S-7).

Each mail is a transaction of its own, so what is undone stays undone whatever happens later.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, select

from services.writer.held_marks import reporter_is
from services.writer.undo import undo_cause
from services.writer.undone import Undone
from shared.contracts.cause import Cause
from shared.contracts.command import command_id_of
from shared.netgenium.database.engine import database_errors, write_transaction
from shared.netgenium.own.tables import change_table, journal_table, soft_bounce_table
from shared.netgenium.schema.tables import ErpTables

MarkRule = Literal["R-2", "R-3", "R-4"]
MARK_RULES: Sequence[MarkRule] = ("R-2", "R-3", "R-4")
"""The rules that mark addresses: bounces, complaints, opt-outs."""


@dataclass(frozen=True, slots=True)
class MarksOf:
    """Which marks are meant; all that are given must fit.

    Attributes:
        rule: Which rule has made them.
        since, before: When they were made.
        reporter: Who has sent the mail; with `*@` before a domain, any of its addresses.
    """

    rule: MarkRule
    since: datetime
    before: datetime | None = None
    reporter: str | None = None


@dataclass(frozen=True, slots=True)
class MarkingMail:
    """A mail with marks, or counts of soft bounces, that stand.

    Attributes:
        commands: Those that have marked; a mail that only counted has none.
        addresses: For a person.
    """

    mail_id: UUID
    commands: frozenset[UUID]
    addresses: tuple[str, ...]


def marking_mails(engine: Engine, wanted: MarksOf) -> list[MarkingMail]:
    """Return the mails whose marks are meant, the newest first.

    Raises:
        TransientError: The database is unreachable.
    """
    commands: dict[UUID, set[UUID]] = defaultdict(set)
    addresses: dict[UUID, dict[str, None]] = defaultdict(dict)
    with database_errors(engine), engine.connect() as connection:
        for row in _marks(connection, wanted):
            commands[row.cause_id].add(row.command_id)
            addresses[row.cause_id][row.address] = None
        for row in _counts(connection, wanted):
            addresses[row.mail_id][row.address] = None
    return [MarkingMail(one, frozenset(commands[one]), tuple(addresses[one])) for one in addresses]


def undo_marks(
    engine: Engine, erp: ErpTables, mails: Sequence[MarkingMail], by: str, now: datetime
) -> Iterator[tuple[MarkingMail, Sequence[Undone]]]:
    """Take the marks back, mail by mail, and give what became of each after its commit.

    Raises:
        TransientError: The database is unreachable; what was given before stays undone.
        PermanentError: A right is missing.
    """
    for mail in mails:
        with write_transaction(engine) as connection:
            cause = Cause("mail", mail.mail_id)
            undone = undo_cause(connection, erp, cause, by, now, only=mail.commands)
        yield mail, undone


def _marks(connection: Connection, wanted: MarksOf) -> Iterator[Any]:
    own, mails = change_table.c, journal_table.c
    query = (
        select(own.cause_id, own.command_id, own.address, own.mark)
        .join_from(change_table, journal_table, mails.mail_id == own.cause_id)
        .where(own.mark.is_not(None), own.undone_at.is_(None), own.cause_kind == "mail")
        .where(*_when(own.changed_at, wanted), *_by(wanted))
        .order_by(own.changed_at.desc(), own.command_id)
    )
    return (row for row in connection.execute(query) if _rule_of(row) == wanted.rule)


def _counts(connection: Connection, wanted: MarksOf) -> Sequence[Any]:
    """Return soft bounces that have marked nothing yet: they belong to R-2, too."""
    if wanted.rule != "R-2":
        return ()
    own, mails = soft_bounce_table.c, journal_table.c
    query = (
        select(own.mail_id, own.address)
        .join_from(journal_table, soft_bounce_table, mails.mail_id == own.mail_id)
        .where(*_when(mails.recorded_at, wanted), *_by(wanted))
        .order_by(mails.recorded_at.desc(), own.command_id)
    )
    return connection.execute(query).all()


def _when(column: ColumnElement[Any], wanted: MarksOf) -> list[ColumnElement[bool]]:
    until = [column < wanted.before] if wanted.before else []
    return [column >= wanted.since, *until]


def _by(wanted: MarksOf) -> list[ColumnElement[bool]]:
    if wanted.reporter is None:
        return []
    return [reporter_is(journal_table.c.sender, wanted.reporter)]


def _rule_of(row: Any) -> MarkRule:  # noqa: ANN401 - a row of the query above
    if row.mark == "broken":
        return "R-2"
    opted_out = command_id_of(row.cause_id, "R-4", row.address)
    return "R-4" if opted_out == row.command_id else "R-3"
