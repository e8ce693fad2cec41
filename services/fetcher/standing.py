"""The state of a feed, kept in the data folder for whoever asks from outside (behaviour O-4).

`<data>/feeds/<feed>.json`, written by the process that reads the source. Losing it loses nothing:
the next round writes it anew. So it is not flushed, and a disk that refuses it stops no mail.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from services.fetcher.lease import file_name
from shared.contracts.said import Said, said, verbatim
from shared.contracts.sentence import Sentence, said_again, sentence_of
from shared.durable import unfinished
from shared.health.state import LONGEST_SILENCE_SECONDS
from shared.owner import give, make_folder_of_owner
from shared.settings.reading import UnreadableError, read_small_file

FOLDER = "feeds"
_FILE_BYTES = 64 * 1024
_SILENCE = timedelta(seconds=LONGEST_SILENCE_SECONDS)


class FeedState(StrEnum):
    """What a feed does, or waits for."""

    READING = "reading"
    RESTING = "resting"
    STANDING_BY = "standing by"
    STOPPED = "stopped"
    THROTTLED = "throttled"
    LOGIN_REFUSED = "login refused"
    UNREACHABLE = "unreachable"
    HELD_UP = "held up"
    NEEDS_YOU = "needs you"

    def __repr__(self) -> str:
        """As any other text."""
        return repr(self.value)


_IN_WORDS = {
    FeedState.READING: said("reading"),
    FeedState.RESTING: said("resting"),
    FeedState.STANDING_BY: said("standing by"),
    FeedState.STOPPED: said("stopped"),
    FeedState.THROTTLED: said("throttled"),
    FeedState.LOGIN_REFUSED: said("login refused"),
    FeedState.UNREACHABLE: said("unreachable"),
    FeedState.HELD_UP: said("held up"),
    FeedState.NEEDS_YOU: said("needs you"),
}


def in_words(state: FeedState) -> Said:
    """Return a state for a person."""
    return _IN_WORDS[state]


STATES = tuple(map(str, FeedState))
STANDING_STILL = frozenset(FeedState) - {
    FeedState.READING,
    FeedState.RESTING,
    FeedState.STANDING_BY,
}
"""Those in which no mail is taken though it should be."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a feed.

    Attributes:
        state: What it does.
        why: A sentence; empty where there is nothing to say.
        since: When it came into this state.
        overdue_at: When it should have told again at the latest; None: it promised no more.
    """

    state: FeedState
    why: Said
    since: datetime
    overdue_at: datetime | None


class StandingFile:
    """The note of one feed."""

    def __init__(self, data: Path, feed: str) -> None:
        """Take the data folder and the feed's name; nothing is made before something is told."""
        self._file = data / FOLDER / f"{file_name(feed)}.json"
        self._last: Standing | None = None

    def tell(self, state: FeedState, why: Said, wait_seconds: float | None) -> None:
        """Note `state`; never raises.

        Args:
            state: What the feed does.
            why: A sentence, or nothing.
            wait_seconds: How long it may be silent on purpose; None: it says no more.
        """
        now = datetime.now(UTC)
        last = self._last or self.read()
        since = last.since if last and (last.state, last.why) == (state, why) else now
        silent = None if wait_seconds is None else now + timedelta(seconds=wait_seconds) + _SILENCE
        self._last = Standing(state, why, since, silent)
        with suppress(OSError):
            self._write(self._last)

    def read(self) -> Standing | None:
        """Return what was told last; None: nothing, or nothing that can be read."""
        try:
            told = json.loads(read_small_file(self._file, _FILE_BYTES))
            overdue = told["overdue_at"]
            return Standing(
                FeedState(told["state"]),
                _why(told),
                datetime.fromisoformat(told["since"]),
                datetime.fromisoformat(overdue) if overdue else None,
            )
        except (UnreadableError, ValueError, KeyError, TypeError):
            return None

    def _write(self, standing: Standing) -> None:
        make_folder_of_owner(self._file.parent)
        told = {
            "state": str(standing.state),
            "why": standing.why,
            "sentence": sentence_of(standing.why).model_dump(),
            "since": standing.since.isoformat(),
            "overdue_at": standing.overdue_at.isoformat() if standing.overdue_at else None,
        }
        with unfinished(self._file.with_suffix(".part")) as half:
            half.write_text(json.dumps(told), "utf-8")
            half.chmod(0o600)
            give(half, self._file.parent)
            half.replace(self._file)


def _why(told: dict[str, Any]) -> Said:
    """Return the reason; an earlier version kept its English text alone."""
    text, sentence = str(told["why"]), told.get("sentence")
    return said_again(text, Sentence.read(sentence)) if sentence else verbatim(text)
