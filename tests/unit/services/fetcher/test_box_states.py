"""What is told of the sources of a process, and when."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.fetcher.box_states import BoxStates
from services.fetcher.sources.of_box import sources_of
from services.fetcher.sources.port import SourceReport
from services.fetcher.standing import FeedState
from shared.contracts.box_state import BoxState
from shared.contracts.said import said
from shared.errors import TransientError
from shared.settings.value_types import ServerAddress
from tests.builders import a_box

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAILBOX, DIRECTORY = sources_of(a_box(imap_url=ServerAddress(host="m"), eml_dir=Path("/eml")))


class AWriter:
    """Takes states, or is away; and the time, which passes with each wait."""

    def __init__(self) -> None:
        self.told: list[list[BoxState]] = []
        self.seconds = 0.0
        self.away = False
        self.then: list[Callable[[], None]] = []

    def send(self, states: Sequence[BoxState]) -> None:
        if self.away:
            raise TransientError(said("the broker is away"))
        self.told.append(list(states))

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def is_set(self) -> bool:
        return not self.then

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout
        self.seconds += timeout
        self.then.pop(0)()
        return self.is_set()


@pytest.fixture
def writer() -> AWriter:
    """The other end."""
    return AWriter()


@pytest.fixture
def states(writer: AWriter) -> BoxStates:
    """What is told to it."""
    return BoxStates(writer.send, writer.now, lambda: writer.seconds)


def _nothing() -> None:
    pass


def test_each_source_is_told_with_what_waits_in_it(states: BoxStates, writer: AWriter) -> None:
    """O-4: state and why, when it was read, and how many mails are left."""
    why = "the server\nis unreachable"
    states.tell(MAILBOX, FeedState.UNREACHABLE, why, SourceReport(NOON, 3, held=1))
    states.tell(DIRECTORY, FeedState.READING, "", SourceReport(NOON, 0))

    states.send_all()

    ((mailbox, directory),) = writer.told
    assert (mailbox.box, mailbox.source, mailbox.state) == ("crm", "mailbox", "unreachable")
    assert (mailbox.why, mailbox.waiting, mailbox.read_at) == (
        "the server is unreachable",
        3,
        NOON,
    )
    assert (directory.source, directory.why, directory.waiting) == ("emlDir", None, 0)


def test_states_are_told_at_changes_and_once_a_minute(states: BoxStates, writer: AWriter) -> None:
    """O-4: another moment of reading alone is no change; a minute of silence is ended."""

    def reads(waiting: int) -> Callable[[], None]:
        return lambda: states.tell(
            MAILBOX, FeedState.READING, "", SourceReport(writer.now(), waiting)
        )

    reads(1)()
    writer.then = [reads(1), reads(1), reads(0), *[_nothing] * 31]

    states.run(writer)

    moments = [told[0].told_at for told in writer.told]
    assert [(moment - NOON).total_seconds() for moment in moments] == [0, 6, 66]
    assert [told[0].waiting for told in writer.told] == [1, 0, 0]


def test_a_source_that_another_process_reads_is_not_told(
    states: BoxStates, writer: AWriter
) -> None:
    """O-4, F-75: the process that stands by would contradict the one that reads."""
    states.tell(MAILBOX, FeedState.READING, "", SourceReport(NOON, 0))
    states.forget(MAILBOX)

    states.send_all()

    assert writer.told == []


def test_a_writer_that_is_away_stops_nobody_and_hears_it_later(
    states: BoxStates, writer: AWriter
) -> None:
    """O-4: it is logged once; the next minute tells how things are then."""
    writer.away = True
    states.tell(MAILBOX, FeedState.READING, "", SourceReport(NOON, 0))
    with capture_logs() as logs:
        states.send_all()
        states.send_all()
    writer.away = False

    states.send_all()

    assert [log["reason"] for log in logs] == ["the broker is away"]
    assert len(writer.told) == 1


def test_what_was_told_last_is_sent_at_the_end(states: BoxStates, writer: AWriter) -> None:
    """O-4: that a reader has stopped; once, and not where nothing could be sent before."""
    states.tell(MAILBOX, FeedState.READING, "", SourceReport(NOON, 0))
    states.send_all()
    states.end()
    states.tell(MAILBOX, FeedState.STOPPED, "", SourceReport(NOON, 0))
    states.end()
    states.end()

    assert [told[0].state for told in writer.told] == ["reading", "stopped"]

    writer.away = True
    states.send_all()
    writer.away = False
    states.tell(MAILBOX, FeedState.READING, "", SourceReport(NOON, 0))
    states.end()
    assert len(writer.told) == 2


def test_a_stop_is_not_told_as_of_later(states: BoxStates, writer: AWriter) -> None:
    """O-4, F-75: another process may have begun meanwhile, and its word is the newer one."""
    states.tell(MAILBOX, FeedState.STOPPED, "", SourceReport(NOON, 0))
    states.tell(DIRECTORY, FeedState.READING, "", SourceReport(NOON, 0))
    writer.seconds = 5

    states.end()

    ((mailbox, directory),) = writer.told
    assert (mailbox.told_at, directory.told_at) == (NOON, NOON + timedelta(seconds=5))
