"""What earlier mails have left, read once for all commands of a group (behaviour R-e).

It is read behind the group's locks, and handlers keep it up to date: a mail sees what the mails
before it in its group have done.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, or_, select

from services.writer.decisions.invitation_state import Stored, series_key, state_key
from services.writer.earlier_tasks import TaskThere, read_put_tasks
from shared.contracts.commands import (
    AnyCommand,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    UpdateTask,
    UpsertInvitation,
)
from shared.contracts.rule_commands import PutTask
from shared.domain.event_order import EventOrder
from shared.domain.problem_tasks import ProblemTask
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.own.tables import invitation_table, journal_table, problem_table
from shared.netgenium.queries.problems import read_problems
from shared.netgenium.queries.recorded import (
    Assigned,
    read_soft_bounces,
    read_threads,
)
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """What is known of a problem.

    Attributes:
        task: Its task; None while there is none.
        state_at: When its newest state was told; None if no mail has told one.
    """

    task: ProblemTask | None = None
    state_at: datetime | None = None


@dataclass(slots=True)
class EarlierMails:
    """What mails before have left.

    Attributes:
        threads: What they are assigned to, by Message-ID (A-6).
        problems: By problem id, for every problem of the group (P-2).
        soft_bounces: Days by address (B-3).
        invitations: States by `state_key`, one for each organiser (V2-2a).
        sent: Recipients of mail of ours that came back, by Message-ID; of the group's, too (S-7).
        held: Commands whose mark was held before, and how that ended, if it has (S-7).
        marks_today: How many marks mails have set today, as far as anybody asks.
        put_tasks: The task that a command means which a rule has given (C-2).
        tasks_here: Tasks that such commands of the group have made or changed, by subject.
        contacts: Ids of contacts that commands of the group have made or found, by address.
        companies: Ids of companies likewise, by the name that they are known by (E-4).
    """

    threads: Mapping[str, Sequence[Assigned]] = field(default_factory=dict)
    problems: dict[str, KnownProblem] = field(default_factory=dict)
    soft_bounces: dict[str, frozenset[date]] = field(default_factory=dict)
    invitations: dict[str, list[Stored]] = field(default_factory=dict)
    sent: Mapping[str, Container[str]] = field(default_factory=dict)
    held: Mapping[UUID, str | None] = field(default_factory=dict)
    marks_today: int = 0
    put_tasks: Mapping[UUID, int] = field(default_factory=dict)
    tasks_here: dict[str, list[TaskThere]] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)

    def invitations_of(self, key: str) -> Sequence[Stored]:
        """Return what each organiser has told of an event to a user."""
        return self.invitations.get(key, ())

    def remember(self, key: str, old: Stored | None, new: Stored) -> None:
        """Keep `new` in the place of `old`."""
        others = [one for one in self.invitations_of(key) if one is not old]
        self.invitations[key] = [*others, new]

    def cancelled(self, key: str, row_key: str) -> None:
        """Remember that one of them is cancelled."""
        self.invitations[key] = [
            replace(one, cancelled=True) if one.key == row_key else one
            for one in self.invitations_of(key)
        ]


def read_earlier(
    connection: Connection, erp: ErpTables, commands: Sequence[AnyCommand]
) -> EarlierMails:
    """Read what `commands` will be decided by, but for reports (`earlier_reports.py`)."""
    answered = {
        one for each in commands if isinstance(each, CreateActivity) for one in each.answers_to
    }
    bounced = {one.address for one in commands if isinstance(one, CountSoftBounce)}
    invited = [one for one in commands if isinstance(one, UpsertInvitation)]
    return EarlierMails(
        read_threads(connection, erp, answered),
        _read_problems(connection, erp, _problem_ids(commands)),
        dict(read_soft_bounces(connection, bounced)),
        _read_invitations(connection, invited),
        put_tasks=read_put_tasks(connection, erp, commands),
    )


def tasks_wanted(commands: Sequence[AnyCommand], earlier: EarlierMails) -> int:
    """Return how many tasks `commands` make at most; several mails of a new problem make one."""
    asked = [one.problem_id for one in commands if isinstance(one, CreateTask | UpdateTask)]
    new = {one for one in asked if one is not None and earlier.problems[one].task is None}
    put = [one for one in commands if isinstance(one, PutTask)]
    unknown = [one for one in put if one.command_id not in earlier.put_tasks]
    return asked.count(None) + len(new) + len(unknown)


def _problem_ids(commands: Iterable[AnyCommand]) -> set[str]:
    return {
        one.problem_id
        for one in commands
        if isinstance(one, CreateTask | UpdateTask) and one.problem_id is not None
    }


def _read_problems(
    connection: Connection, erp: ErpTables, ids: set[str]
) -> dict[str, KnownProblem]:
    tasks = read_problems(connection, erp, ids)
    own = problem_table.c
    told: dict[str, datetime] = {}
    names = by_stored_form(connection, own.problem_id, ids)
    for chunk in in_chunks(names):
        query = select(own.problem_id, own.state_at).where(own.problem_id.in_(chunk))
        for row in connection.execute(query):
            told |= dict.fromkeys(names.get(row.problem_id, ()), row.state_at)
    return {one: KnownProblem(tasks.get(one), told.get(one)) for one in ids}


def _read_invitations(
    connection: Connection, commands: Sequence[UpsertInvitation]
) -> dict[str, list[Stored]]:
    """Return states of events and of their series, with organisers as `commands` call them."""
    own, journal = invitation_table.c, journal_table.c
    keys = {key for one in commands for key in (state_key(one), series_key(one))}
    organizers = (one.organizer for one in commands if one.organizer is not None)
    names = by_stored_form(connection, own.organizer, organizers)
    query = select(invitation_table, journal.sender).join_from(
        invitation_table, journal_table, own.mail_id == journal.mail_id, isouter=True
    )
    found: dict[str, list[Stored]] = {}
    for chunk in in_chunks(sorted(keys)):
        # A row of an earlier version has the key of the event itself.
        which = or_(own.occurrence_key.in_(chunk), own.key.in_(chunk))
        for row in connection.execute(query.where(which).order_by(own.key)):
            organizer = names.get(row.organizer, [row.organizer])[0]
            found.setdefault(row.occurrence_key or row.key, []).append(_stored(row, organizer))
    return found


def _stored(row: Row[*tuple[Any, ...]], organizer: str | None) -> Stored:
    return Stored(
        key=row.key,
        record_id=row.record_id,
        order=EventOrder(row.revision, row.stamp),
        organizer=organizer,
        believed=row.genuine,
        cancelled=row.cancelled,
        mail_id=row.mail_id,
        sender=row.sender,
    )
