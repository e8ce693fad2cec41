from collections.abc import Sequence

import pytest

from shared.errors import PermanentError, TransientError
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
                raise TransientError("away")
            if message.text == "bad":
                raise PermanentError("can never work")
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
    """F40: a transient error burns no mail: it goes up, and the batch may come again."""
    with pytest.raises(TransientError):
        handle_batch(AStage(), _messages("a", "away"))
