from datetime import UTC, datetime, timedelta

import pytest

from services.answers.standstill import standstill
from services.answers.status import QueueCounts, Service, SourceState
from services.fetcher.standing import STANDING_STILL, FeedState

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def a_source(doing: FeedState | None = FeedState.READING, **more: object) -> SourceState:
    """A source that is read, and has told a minute ago."""
    given: dict[str, object] = {
        "box": "crm", "place": "INBOX", "state": "enabled", "read_at": NOON, "waiting": 0,
        "doing": doing, "since": NOON, "overdue_at": NOON + timedelta(minutes=11),
    }  # fmt: skip
    return SourceState(**(given | more))  # type: ignore[arg-type]


def found(source: SourceState) -> list[tuple[str, str]]:
    """What `status` says of it at noon."""
    return [(one.where, one.why) for one in standstill([source], [], [], 0, NOON)]


@pytest.mark.parametrize(
    "source",
    [
        a_source(),
        a_source(waiting=40),
        a_source(FeedState.STANDING_BY),
        a_source(FeedState.RESTING, overdue_at=None),
        a_source(FeedState.UNREACHABLE, state="disabled"),
        a_source(FeedState.LOGIN_REFUSED, state="resting"),
    ],
)
def test_what_moves_or_rests_on_purpose_is_no_finding(source: SourceState) -> None:
    """O-4: a box that is switched off or in its pause is as its administrator wants it."""
    assert found(source) == []


@pytest.mark.parametrize("state", sorted(STANDING_STILL - {FeedState.STOPPED}))
def test_a_source_that_is_not_read_is_named_with_its_readers_reason(state: FeedState) -> None:
    """O-4, F-61: a refused login, an unreachable server, whatever it waits for."""
    ((where, why),) = found(a_source(state, why="because of this"))

    assert where == "crm, INBOX"
    assert why == f"{state} since 2026-11-21 12:00 UTC: because of this"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (a_source(None), "nobody has read it yet"),
        (a_source(FeedState.STOPPED, overdue_at=None), "its reader was stopped"),
        (a_source(overdue_at=NOON - timedelta(minutes=1)), "has said nothing since"),
        (a_source(held=2), "2 mail(s) could not be read"),
        (a_source(trouble="memory is damaged"), "memory is damaged"),
    ],
)
def test_a_source_without_a_living_reader_is_named(source: SourceState, says: str) -> None:
    """O-4: never read, stopped, killed, or unable to read some of its mail."""
    ((_, why),) = found(source)

    assert says in why


def test_mails_without_a_reader_and_dead_letters_are_named() -> None:
    """O-4: a queue that nobody reads, a service of which no process works, a dead letter."""
    queues = [
        QueueCounts("classifier.mail", 3, 0, 0, 0),
        QueueCounts("writer.commands", 5, 1, 2, 1),
    ]
    services = [Service("fetcher", 1), Service("classifier", 0), Service("writer", 1)]

    told = [(one.where, one.why) for one in standstill([], queues, services, 0, NOON)]

    assert told == [
        ("classifier", "no process takes mail"),
        ("classifier.mail", "3 mail(s) wait, and no process reads the queue"),
        ("writer.commands: 2 mail(s)", "could not be processed and wait for a person"),
    ]
    (failed,) = standstill([], [], [], 4, NOON)
    assert failed.where == "failed: 4 mail(s)"
