"""`status`: boxes, queues and services as they are right now (behaviours O-1, O-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from services.assembly.clock import local_clock
from services.assembly.composition import Erp
from services.assembly.marks_look import marks_state
from services.fetcher.failed import FailedMail
from services.fetcher.sources.of_box import BoxSource, sources_of
from services.fetcher.sources.opening import look_at, trouble_of
from services.fetcher.sources.port import SourceReport
from services.fetcher.standing import FeedState, StandingFile
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import Admin, QueueState, administration
from shared.broker.topology import (
    CLASSIFIER_MAIL,
    RETRY_SECONDS,
    WORK_QUEUES,
    WRITER_COMMANDS,
    dead_queue,
    lease_queue,
    retry_queue,
)
from shared.contracts.said import NOTHING_SAID, Said
from shared.errors import TransientError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.own.tables import journal_table
from shared.netgenium.schema.inspection import require_own_tables
from shared.settings.box import Box


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source of a box.

    Attributes:
        box, place: The box, and which of its sources: a folder, `POP3` or `emlDir`.
        state: `enabled`, `disabled` or `resting` (its pause lasts).
        read_at: When it was last read; None: never, or not known.
        waiting: Mails that waited there then; in `emlDir`: wait there now.
        held: Those of them that could not be read and stay; the fetcher's log says why.
        doing: What its reader does or waits for; None: nobody has read it yet.
        why: Its reader's words to that.
        since: Since when.
        overdue_at: When its reader should have told again; None: it promised no more.
        trouble: What keeps us from knowing; empty: nothing.
    """

    box: str
    place: str
    state: str
    read_at: datetime | None
    waiting: int | None
    held: int | None = None
    doing: FeedState | None = None
    why: Said = NOTHING_SAID
    since: datetime | None = None
    overdue_at: datetime | None = None
    trouble: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """A work queue.

    Attributes:
        queue: Its name.
        waiting: Messages that wait for a consumer.
        resting: Messages that wait for their next try.
        dead: Dead letters.
        consumers: Processes that read it.
    """

    queue: str
    waiting: int
    resting: int
    dead: int
    consumers: int


@dataclass(frozen=True, slots=True)
class Service:
    """How many processes of a service are at work."""

    service: str
    processes: int


@dataclass(frozen=True, slots=True)
class JournalCount:
    """The journal: mails that are through."""

    mails: int
    last_at: datetime | None


def places_of(boxes: Sequence[Box], data: Path) -> list[SourceState]:
    """Return every source of `boxes`, as the fetcher's memory in `data` has it.

    A memory that cannot be read is left out, and told. Times are in the box's zone.
    """
    return [
        _with_reader(place, source, data)
        for source in _sources(boxes)
        for place in _places(source, data)
    ]


def flows_of(address: BrokerAddress) -> list[QueueCounts]:
    """Return every work queue.

    Raises:
        TransientError: The broker is unreachable.
        CredentialsRefusedError: It refused us.
    """
    with administration(address) as admin:
        return [_flow(admin, queue) for queue in WORK_QUEUES]


def services_of(
    flows: Sequence[QueueCounts], boxes: Sequence[Box], address: BrokerAddress
) -> list[Service]:
    """Return how many processes of each service are connected, by the queues they read.

    Raises:
        TransientError: The broker is unreachable.
    """
    consumers = {flow.queue: flow.consumers for flow in flows}
    with administration(address) as admin:
        leases = [_state(admin, lease_queue(source.name)).consumers for source in _sources(boxes)]
    return [
        Service("fetcher", sum(leases)),
        Service("classifier", consumers[CLASSIFIER_MAIL]),
        Service("writer", consumers[WRITER_COMMANDS]),
    ]


def recorded_in(erp: Erp) -> JournalCount:
    """Return how many mails the journal has.

    Raises:
        TransientError: The database is unreachable.
        ConfigurationError: `init-db` has not run.
    """
    require_own_tables(erp.engine)
    columns = journal_table.c
    with database_errors(erp.engine), erp.engine.connect() as connection:
        counted = select(func.count(), func.max(columns.recorded_at)).select_from(journal_table)
        count, last = connection.execute(counted).one()
    return JournalCount(count, last)


@dataclass(frozen=True, slots=True)
class MarksCount:
    """Marks of addresses (S-7).

    Attributes:
        marks_today: Set since midnight by mails, of all boxes.
        marks_per_day: More are an alarm.
        alarm: Whether it is raised.
        held_marks: Wait for a person.
    """

    marks_today: int
    marks_per_day: int
    alarm: bool
    held_marks: int


def marks_in(erp: Erp, boxes: Sequence[Box]) -> MarksCount:
    """Count the marks of today and those that wait.

    Raises:
        TransientError: The database is unreachable.
    """
    state = marks_state(erp, boxes, datetime.now(UTC))
    return MarksCount(state.today, state.per_day, state.alarm, sum(state.held.values()))


def failed_in(data: Path) -> int:
    """Mail of mailboxes that was set aside in the embedded mode."""
    return FailedMail(data).count()


def _sources(boxes: Sequence[Box]) -> list[BoxSource]:
    return [source for box in boxes for source in sources_of(box)]


def _places(source: BoxSource, data: Path) -> list[SourceState]:
    box, clock = source.box, local_clock(source.box)
    state = "enabled" if box.enabled else "disabled"
    if box.enabled and source.rests_at(clock()):
        state = "resting"
    try:
        known = look_at(source, data, clock)
    except (TransientError, OSError):
        # One box's memory is not another's, and the fetcher begins a damaged one anew.
        known = {}
    reports = {place: known.get(place, SourceReport()) for place in source.places}
    return [
        SourceState(
            box.name, place, state, _there(report.read_at, box), report.waiting, report.held
        )
        for place, report in reports.items()
    ]


def _with_reader(place: SourceState, source: BoxSource, data: Path) -> SourceState:
    """Return `place` with what its reader tells of itself."""
    known = replace(place, trouble=trouble_of(source, data))
    told = StandingFile(data, source.name).read()
    if told is None:
        return known
    since, overdue_at = _there(told.since, source.box), _there(told.overdue_at, source.box)
    return replace(known, doing=told.state, why=told.why, since=since, overdue_at=overdue_at)


def _there(moment: datetime | None, box: Box) -> datetime | None:
    """Return `moment` where the box is, to the second."""
    return moment.astimezone(box.time_zone).replace(microsecond=0) if moment else None


def _flow(admin: Admin, queue: str) -> QueueCounts:
    work, dead = _state(admin, queue), _state(admin, dead_queue(queue))
    steps = range(1, len(RETRY_SECONDS) + 1)
    resting = sum(_state(admin, retry_queue(queue, step)).messages for step in steps)
    return QueueCounts(queue, work.messages, resting, dead.messages, work.consumers)


def _state(admin: Admin, queue: str) -> QueueState:
    return admin.state(queue) or QueueState(0, 0)
