"""One suite for every implementation of the transport's port; RabbitMQ joins it later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import pytest

from shared.broker.local import Collector, LocalTransport
from shared.broker.port import Handled
from shared.errors import TransientError

SPACE = UUID(int=2)


@dataclass(frozen=True)
class AMessage:
    """A message with a text."""

    text: str

    @property
    def mail_id(self) -> UUID:
        return uuid5(SPACE, self.text)


@dataclass
class TwoStages:
    """Two stages in a row; the first refuses `bad`, the second is away when told so."""

    away: bool = False
    seen: list[str] = field(default_factory=list)
    end: Collector[AMessage] = field(default_factory=Collector)

    def first(self, batch: Sequence[AMessage]) -> Handled[AMessage]:
        bad = {message.mail_id: "why" for message in batch if message.text == "bad"}
        return Handled([message for message in batch if message.mail_id not in bad], bad)

    def second(self, batch: Sequence[AMessage]) -> Handled[AMessage]:
        if self.away:
            raise TransientError("away")
        self.seen += [message.text for message in batch]
        return Handled(list(batch))

    def transport(self) -> LocalTransport[AMessage, AMessage]:
        return LocalTransport(self.first, LocalTransport(self.second, self.end))


def test_what_is_published_reaches_the_last_stage_in_order() -> None:
    """I-6: after flush everything published has passed all stages."""
    stages = TwoStages()
    transport = stages.transport()

    transport.publish([AMessage("a"), AMessage("b")])
    transport.publish([AMessage("c")])

    assert transport.flush().refused == {}
    assert [message.text for message in stages.end.take()] == ["a", "b", "c"]


def test_the_receipt_names_what_was_refused_on_the_way() -> None:
    """I-6: a refused mail is in the receipt of its flush, and only there."""
    transport = TwoStages().transport()

    transport.publish([AMessage("a"), AMessage("bad")])

    assert transport.flush().refused == {AMessage("bad").mail_id: "why"}
    assert transport.flush().refused == {}


def test_a_stage_that_is_away_fails_the_publication() -> None:
    """I-6: what a later stage cannot take now is not taken; publishing it again works."""
    stages = TwoStages(away=True)
    transport = stages.transport()

    with pytest.raises(TransientError):
        transport.publish([AMessage("a")])
    stages.away = False
    transport.publish([AMessage("a")])
    transport.flush()

    assert stages.seen == ["a"]


def test_a_refusal_before_an_outage_is_forgotten_with_it() -> None:
    """I-6: after an outage nothing counts as taken, so nothing counts as refused either."""
    stages = TwoStages(away=True)
    transport = stages.transport()
    with pytest.raises(TransientError):
        transport.publish([AMessage("bad"), AMessage("a")])
    stages.away = False

    transport.publish([AMessage("a")])

    assert transport.flush().refused == {}


def test_an_empty_batch_is_no_work() -> None:
    """I-6: nothing to publish asks no stage."""
    stages = TwoStages(away=True)

    stages.transport().publish([])

    assert stages.seen == []
