from shared.broker.topology import (
    CALENDAR_CHANGES,
    CLASSIFIER_MAIL,
    RETRY_SECONDS,
    WORK_QUEUES,
    WRITER_BOXES,
    WRITER_DEAD_LETTERS,
    actions_queue_of,
    all_queues,
    boxes_queue,
    calendar_changes_queue,
    dead_letter_notes_queue,
    dead_queue,
    queues_of,
    retry_queue,
)


def test_a_work_queue_dead_letters_at_least_once() -> None:
    """F-29: that needs reject-publish; with another overflow it would be at most once."""
    work = queues_of(CLASSIFIER_MAIL)[-1]

    assert work.name == "classifier.mail"
    assert work.arguments == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "classifier.mail.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def test_dead_letters_stay_for_ever() -> None:
    """O-2: no time to live, and no limit of looks that RabbitMQ 4 would otherwise set."""
    dead = queues_of(CLASSIFIER_MAIL)[0]

    assert dead.name == dead_queue(CLASSIFIER_MAIL)
    assert "x-message-ttl" not in dead.arguments
    assert int(dead.arguments["x-delivery-limit"]) > 10_000


def test_a_retry_goes_back_to_its_queue_when_its_time_is_over() -> None:
    """F-30: each step has a queue, so that a message waits for no slower one before it."""
    retries = {queue.name: queue.arguments for queue in queues_of(CLASSIFIER_MAIL)[1:-1]}

    for step, seconds in enumerate(RETRY_SECONDS, start=1):
        arguments = retries[retry_queue(CLASSIFIER_MAIL, step)]
        assert arguments["x-message-ttl"] == seconds * 1000
        assert arguments["x-dead-letter-routing-key"] == CLASSIFIER_MAIL
    assert len(retries) == len(RETRY_SECONDS)


def test_every_work_queue_has_all_of_its_queues() -> None:
    """F-26: what a message may be sent to is declared."""
    names = [queue.name for queue in all_queues()]

    assert len(names) == len(set(names)) == len(WORK_QUEUES) * (2 + len(RETRY_SECONDS))


def test_what_is_recorded_waits_for_the_fetcher_of_its_box() -> None:
    """I-8: for ever, whoever looked at it before: nobody says it a second time."""
    queue = actions_queue_of("Zakázky")

    assert queue.name == "fetcher.actions.Zakázky"
    assert "x-message-ttl" not in queue.arguments
    assert int(queue.arguments["x-delivery-limit"]) > 10_000


def test_how_boxes_stand_does_not_pile_up() -> None:
    """O-4: without a writer the queue holds a few minutes of what was told each minute."""
    assert boxes_queue().name == WRITER_BOXES
    assert boxes_queue().arguments["x-message-ttl"] == 300_000


def test_notes_of_dead_letters_wait_for_a_writer_and_refuse_nobody() -> None:
    """O-2: they do not end by time; of too many the oldest go, so that mail is never held up."""
    queue = dead_letter_notes_queue()

    assert queue.name == WRITER_DEAD_LETTERS
    assert "x-message-ttl" not in queue.arguments
    assert queue.arguments["x-overflow"] == "drop-head"
    assert int(queue.arguments["x-max-length"]) >= 10_000


def test_hints_for_the_calendar_are_bounded_and_refuse_nobody() -> None:
    """K-2: without a calendar's service the oldest give way; the writer is never held up."""
    queue = calendar_changes_queue()

    assert queue.name == CALENDAR_CHANGES
    assert queue.arguments["x-overflow"] == "drop-head"
    assert int(queue.arguments["x-max-length"]) <= 10_000
    assert CALENDAR_CHANGES not in {one.name for one in all_queues()}
