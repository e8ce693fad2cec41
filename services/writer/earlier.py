"""What earlier mails have left, read once for all commands of a group (behaviour R-e).

It is read behind the group's locks, and handlers keep it up to date: a mail sees what the mails
before it in its group have done.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, select

from services.writer.decisions.invitation import Stored, series_key, state_key
from shared.contracts.commands import (
    AnyCommand,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    UpdateTask,
    UpsertInvitation,
)
from shared.netgenium.database.many import by_stored_form, in_chunks
from shared.netgenium.own.tables import invitation_table, problem_table
from shared.netgenium.queries.recorded import (
    Assigned,
    read_problem_tasks,
    read_soft_bounces,
    read_threads,
)
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """What is known of a problem.

    Attributes:
        task_id: Its task; None while there is none.
        state_at: When its newest state was told; None if no mail has told one.
    """

    task_id: int | None = None
    state_at: datetime | None = None


@dataclass(slots=True)
class EarlierMails:
    """What mails before have left.

    Attributes:
        threads: What they are assigned to, by Message-ID (A-6).
        problems: By problem id, for every problem of the group (P-2).
        soft_bounces: Days by address (B-3).
        invitations: States by key (V2-2).
        sent: Recipients of mail of ours that came back, by Message-ID; of the group's, too (S-7).
        held: Commands whose mark was held before, and how that ended, if it has (S-7).
        marks_today: How many marks mails have set today, as far as anybody asks.
    """

    threads: Mapping[str, Sequence[Assigned]] = field(default_factory=dict)
    problems: dict[str, KnownProblem] = field(default_factory=dict)
    soft_bounces: dict[str, frozenset[date]] = field(default_factory=dict)
    invitations: dict[str, Stored] = field(default_factory=dict)
    sent: Mapping[str, Container[str]] = field(default_factory=dict)
    held: Mapping[UUID, str | None] = field(default_factory=dict)
    marks_today: int = 0


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
    )


def tasks_wanted(commands: Iterable[AnyCommand], earlier: EarlierMails) -> int:
    """How many new tasks `commands` make at most; several mails of a new problem make one."""
    asked = [one.problem_id for one in commands if isinstance(one, CreateTask | UpdateTask)]
    new = {one for one in asked if one is not None and earlier.problems[one].task_id is None}
    return asked.count(None) + len(new)


def _problem_ids(commands: Iterable[AnyCommand]) -> set[str]:
    return {
        one.problem_id
        for one in commands
        if isinstance(one, CreateTask | UpdateTask) and one.problem_id is not None
    }


def _read_problems(
    connection: Connection, erp: ErpTables, ids: set[str]
) -> dict[str, KnownProblem]:
    tasks = read_problem_tasks(connection, erp, ids)
    own = problem_table.c
    told: dict[str, datetime] = {}
    names = by_stored_form(connection, own.problem_id, ids)
    for chunk in in_chunks(names):
        query = select(own.problem_id, own.state_at).where(own.problem_id.in_(chunk))
        for row in connection.execute(query):
            told |= dict.fromkeys(names.get(row.problem_id, ()), row.state_at)
    return {one: KnownProblem(tasks.get(one, (None,))[0], told.get(one)) for one in ids}


def _read_invitations(
    connection: Connection, commands: Sequence[UpsertInvitation]
) -> dict[str, Stored]:
    """States of events and of their series, with organisers as `commands` call them."""
    own = invitation_table.c
    keys = {key for one in commands for key in (state_key(one), series_key(one))}
    organizers = (one.organizer for one in commands if one.organizer is not None)
    names = by_stored_form(connection, own.organizer, organizers)
    return {
        row.key: Stored(
            row.record_id,
            row.revision,
            row.stamp,
            names.get(row.organizer, [row.organizer])[0],
            row.genuine,
            row.cancelled,
        )
        for chunk in in_chunks(sorted(keys))
        for row in connection.execute(select(invitation_table).where(own.key.in_(chunk)))
    }
