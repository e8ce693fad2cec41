import pytest

from shared.broker.rabbitmq.confirms import Confirms


def confirms_of(*queues: str) -> Confirms:
    """Confirms that wait for a message to each of `queues`, numbered from 1."""
    confirms = Confirms()
    for queue in queues:
        confirms.outstanding += 1
        confirms.sent(queue)
    return confirms


def test_an_answer_for_one_message_leaves_the_others_under_way() -> None:
    """F-8: only what the broker has confirmed is safe."""
    confirms = confirms_of("a", "a", "b")

    confirms.answered(2, multiple=False, taken=True)

    assert confirms.outstanding == 2
    assert confirms.take_refusals() == []


def test_an_answer_for_several_covers_all_before_it() -> None:
    """F-8: `multiple` counts everything up to the message that it names."""
    confirms = confirms_of("a", "a", "b")

    confirms.answered(2, multiple=True, taken=True)
    confirms.answered(3, multiple=True, taken=True)

    assert confirms.outstanding == 0


@pytest.mark.parametrize("multiple", [True, False])
def test_a_refusal_is_an_answer_but_no_confirm(*, multiple: bool) -> None:
    """F-33: a full queue refuses; whoever sent the message must hear of it, once."""
    confirms = confirms_of("a")

    confirms.answered(1, multiple=multiple, taken=False)

    assert confirms.outstanding == 0
    assert confirms.take_refusals() == ["the queue a, which refused it"]
    assert confirms.take_refusals() == []


def test_a_message_to_no_queue_is_refused_though_it_is_confirmed() -> None:
    """F-26: the broker confirms what it has thrown away; the return says so."""
    confirms = confirms_of("gone")

    confirms.returned("gone")
    confirms.answered(1, multiple=False, taken=True)

    assert confirms.outstanding == 0
    assert confirms.take_refusals() == ["the queue gone, which does not exist"]
