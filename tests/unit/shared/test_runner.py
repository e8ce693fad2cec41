from collections.abc import Sequence

import pytest

from shared.contracts.said import said
from shared.errors import (
    AwayError,
    ConfigProblem,
    ConfigurationError,
    PermanentError,
    TransientError,
)
from shared.runner import handle_batch
from tests.messages import AMessage


class AStage:
    """A stage that does all of a batch or nothing, and remembers what it did."""

    name = "stage"

    def __init__(self) -> None:
        self.done: list[str] = []

    def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
        for message in batch:
            if message.text == "away":
                raise TransientError(said("away"))
            if message.text == "bad":
                raise PermanentError(said("can never work"))
            if message.text == "bug":
                raise ZeroDivisionError("division by zero")
        self.done += [message.text for message in batch]
        return batch


def _messages(*texts: str) -> list[AMessage]:
    return [AMessage(text) for text in texts]


def test_a_good_batch_is_handled_as_a_whole() -> None:
    """R-d: one call for the whole batch."""
    stage = AStage()

    handled = handle_batch(stage, _messages("a", "b"))

    assert [message.text for message in handled.outputs] == ["a", "b"]
    assert handled.refused == {}


def test_a_bad_mail_harms_no_neighbour() -> None:
    """R-d: the group falls apart, the bad mail is refused with its reason, the rest is done."""
    stage = AStage()

    handled = handle_batch(stage, _messages("a", "bad", "b"))

    assert stage.done == ["a", "b"]
    assert [message.text for message in handled.outputs] == ["a", "b"]
    assert handled.refused == {AMessage("bad").mail_id: "can never work"}
    assert handled.failed == {}


def test_an_unexpected_error_is_one_that_may_pass() -> None:
    """R-d: it refuses nothing for ever; its reason names the kind of error, not its text."""
    stage = AStage()

    handled = handle_batch(stage, _messages("a", "bug", "b"))

    assert stage.done == ["a", "b"]
    assert handled.refused == {}
    (reason,) = handled.failed.values()
    assert "ZeroDivisionError" in reason
    # What it says may quote the mail.
    assert "division by zero" not in reason


def test_a_server_that_is_away_refuses_nothing() -> None:
    """F-40: a transient error burns no mail: it goes up, and the batch may come again."""
    with pytest.raises(TransientError):
        handle_batch(AStage(), _messages("a", "away"))


def _works() -> None:
    """A probe: everything outside works."""


def _is_away() -> None:
    """A probe: something outside is away."""
    raise TransientError(said("the database is away"))


def test_what_one_mail_meets_alone_is_its_own_trouble() -> None:
    """R-e: while a probe works, a transient error postpones its mail and harms no neighbour."""
    stage = AStage()

    handled = handle_batch(stage, _messages("a", "away", "b"), _works)

    assert stage.done == ["a", "b"]
    assert handled.postponed == {AMessage("away").mail_id: "away"}
    assert (handled.refused, handled.failed) == ({}, {})


def test_while_the_probe_says_away_nothing_is_counted() -> None:
    """F-40: the batch comes again as it was, with the probe's reason."""
    with pytest.raises(TransientError, match="the database is away"):
        handle_batch(AStage(), _messages("a", "away"), _is_away)


def test_an_error_that_shows_an_outage_itself_needs_no_probe() -> None:
    """I-5: a disk that is not there is no mail's fault, though the database answers."""

    class Diskless(AStage):
        def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
            raise AwayError(said("no disk for {number}", number=len(batch)), "backup")

    with pytest.raises(AwayError):
        handle_batch(Diskless(), _messages("a", "b"), _works)


def test_what_passes_at_once_costs_no_try() -> None:
    """F-41: alone, a mail has a second try before it is postponed."""

    class Restless(AStage):
        tries = 0

        def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
            self.tries += 1
            if self.tries == 1:
                raise TransientError(said("the database has just restarted"))
            return super().handle(batch)

    handled = handle_batch(Restless(), _messages("a"), _works)

    assert [message.text for message in handled.outputs] == ["a"]
    assert handled.postponed == {}


@pytest.mark.parametrize("error", [PermanentError(said("refused")), ZeroDivisionError()])
def test_a_probe_that_fails_in_its_own_way_counts_as_an_outage(error: Exception) -> None:
    """F-40: nothing is known then, so nothing is counted and nothing ends."""

    def probe() -> None:
        raise error

    with pytest.raises(TransientError):
        handle_batch(AStage(), _messages("a", "away"), probe)


def test_a_probe_may_say_that_waiting_cannot_help() -> None:
    """O-6: a database that does not fit is a wrong configuration, not an outage."""

    def probe() -> None:
        raise ConfigurationError([ConfigProblem("mapping", said("does not fit"))])

    with pytest.raises(ConfigurationError):
        handle_batch(AStage(), _messages("away"), probe)


def test_a_reason_is_one_line() -> None:
    """INV-7: what ends in a header, a file or on a terminal cannot forge a second line there."""

    class Talkative(AStage):
        def handle(self, batch: Sequence[AMessage]) -> Sequence[AMessage]:
            raise PermanentError(said("first\n{text}\x1b[31m", text=batch[0].text))

    (reason,) = handle_batch(Talkative(), _messages("a"), _works).refused.values()

    assert reason == "first a\ufffd[31m"
