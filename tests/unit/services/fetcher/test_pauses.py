from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.fetcher.feed import state_after
from services.fetcher.memory import Memory
from services.fetcher.pauses import Pauses
from services.fetcher.standing import FeedState, StandingFile
from shared.contracts.said import Said, said
from shared.errors import CredentialsRefusedError, TransientError

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
THROTTLED = TransientError(said("throttled"))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A box's memory."""
    with closing(Memory(tmp_path / "box.db")) as memory:
        yield memory


def at(memory: Memory, later: timedelta = timedelta(0)) -> Pauses:
    """The pauses of a process that was started some time after noon."""
    return Pauses(memory, lambda: NOON + later)


def test_a_restart_waits_for_the_rest_of_the_pause(memory: Memory) -> None:
    """F-57: a server that asked for five minutes is not asked after two; the reason is kept."""
    at(memory).note(300, THROTTLED)

    with pytest.raises(TransientError, match="throttled") as raised:
        at(memory, timedelta(minutes=2)).respect()

    assert raised.value.retry_after_seconds == 180


def test_a_reader_that_was_started_in_a_pause_tells_why_it_waits(
    memory: Memory, tmp_path: Path
) -> None:
    """F-61: whoever is started after a refused login notes how the box stands, and goes on."""
    refused = said("{server} refused the login", server="imap.example")
    at(memory).note(40, CredentialsRefusedError(refused))

    with pytest.raises(CredentialsRefusedError) as raised:
        at(memory, timedelta(seconds=10)).respect()
    file = StandingFile(tmp_path, "box")
    file.tell(state_after(raised.value), raised.value.sentence, 40)

    standing = file.read()
    assert standing is not None
    assert (standing.state, raised.value.exit_code) == (FeedState.LOGIN_REFUSED, 4)
    assert raised.value.retry_after_seconds == 30
    assert standing.why == (
        "imap.example refused the login; before 2026-11-21 12:00:40 UTC nobody asks again"
    )
    reason = standing.why.values["reason"]
    assert isinstance(reason, Said)
    assert reason.key == refused.key


def test_a_pause_that_is_over_is_forgotten(memory: Memory) -> None:
    """F-57: then nothing is in the way, and nothing is remembered."""
    at(memory).note(300, THROTTLED)

    at(memory, timedelta(seconds=300)).respect()

    at(memory).respect()


@pytest.mark.parametrize("later", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_was_wrong_closes_no_box(memory: Memory, later: timedelta) -> None:
    """F-71: no pause is longer than an hour, whatever a clock said when it was noted."""
    at(memory).note(300, THROTTLED)

    at(memory, later).respect()
