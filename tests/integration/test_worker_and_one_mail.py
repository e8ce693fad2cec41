"""What one mail can do to a service behind a real RabbitMQ: nothing to the others."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from shared.broker.message import REASON, TRIES, BrokerMessage
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS, dead_queue, retry_queue
from shared.contracts.said import said
from shared.errors import AwayError, PermanentError, TransientError
from shared.netgenium.database.engine import ConflictError
from shared.worker import DATABASE
from tests.faults.poisoned_worker import POISON
from tests.integration.test_worker import House, a_house
from tests.messages import AMessage
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

DEAD = dead_queue(CLASSIFIER_MAIL)


@pytest.fixture
def house(rabbitmq: RabbitMQ) -> Iterator[House]:
    """A virtual host of its own."""
    with a_house(rabbitmq) as made:
        yield made


def _bodies(broker_messages: Sequence[BrokerMessage]) -> list[str]:
    return sorted(broker_message.body.decode() for broker_message in broker_messages)


def _rest_is_quiet(house: House) -> Callable[[], bool]:
    """Nothing waits, rests or is in a consumer's hand."""
    queues = [CLASSIFIER_MAIL, *(retry_queue(CLASSIFIER_MAIL, step) for step in (1, 2, 3))]
    return lambda: all(house.waiting(queue) == 0 for queue in queues)


def test_good_mail_whose_consumers_died_goes_on_exactly_once(house: House) -> None:
    """F-14, F-21: after three deaths each of thirty comes through once, on one connection."""
    texts = sorted(f"m{number}" for number in range(30))
    house.put(*texts)
    for _ in range(3):
        assert len(house.delivery_count(CLASSIFIER_MAIL)) == 30

    with capture_logs() as logs, house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) >= 30, "thirty messages", 60)
        wait_until(_rest_is_quiet(house), "an empty queue")

    assert _bodies(house.broker_messages(WRITER_COMMANDS)) == texts
    assert house.waiting(CLASSIFIER_MAIL) == house.waiting(DEAD) == 0
    assert [line for line in logs if line["event"] == "waiting"] == []


def test_a_real_poison_is_one_dead_letter_and_the_others_go_on_exactly_once(house: House) -> None:
    """F-15, INV-3: a service that a mail kills is started again and again, and gets over it."""
    texts = sorted(f"m{number}" for number in range(30))
    house.put(*texts[:15], POISON, *texts[15:])
    delivery_count = 0

    def over() -> bool:
        nonlocal delivery_count
        if worker.process.poll() is not None:
            delivery_count += 1
            worker.start()
        return house.waiting(DEAD) > 0

    with _a_worker(house) as worker:
        wait_until(over, "a dead letter", 120)
        wait_until(lambda: house.waiting(WRITER_COMMANDS) >= 30, "the others")
        wait_until(_rest_is_quiet(house), "an empty queue")
        assert worker.end() == 0

    assert _bodies(house.broker_messages(WRITER_COMMANDS)) == texts
    (dead,) = house.broker_messages(DEAD)
    assert (dead.body.decode(), delivery_count) == (POISON, 8)
    assert "5 consumers died while they handled this mail alone" in str(dead.headers[REASON])
    assert house.waiting(CLASSIFIER_MAIL) == 0


@dataclass
class AWorker:
    """A worker in a process of its own, as a supervisor keeps it."""

    url: str

    def start(self) -> None:
        """Start it, for the first time or again."""
        command = [sys.executable, "-m", "tests.faults.poisoned_worker", self.url]
        self.process = subprocess.Popen(command)

    def end(self) -> int:
        """Have it stop; gives its exit code."""
        self.process.terminate()
        return self.process.wait(30)


@contextmanager
def _a_worker(house: House) -> Iterator[AWorker]:
    worker = AWorker(house.url)
    worker.start()
    try:
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait()


def _always(house: House, text: str, error: Exception) -> None:
    """From now on the message `text` meets `error`, and everything outside works."""
    handle = house.stage.handle

    def meets(batch: Sequence[AMessage]) -> Sequence[AMessage]:
        if any(message.text == text for message in batch):
            raise error
        return handle(batch)

    house.stage.handle = meets  # type: ignore[method-assign]


def test_a_conflict_that_comes_again_rests_and_harms_no_neighbour(house: House) -> None:
    """R-e, F-41: what one mail meets alone while the database answers costs that mail a try."""
    _always(house, "twin", ConflictError(said("Another writer was first")))
    house.put("a", "twin", "b")

    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 2, "the neighbours")
        wait_until(lambda: house.waiting(retry_queue(CLASSIFIER_MAIL, 1)) == 1, "a retry")
        assert house.health.ready
        (resting,) = house.broker_messages(retry_queue(CLASSIFIER_MAIL, 1))

    assert (resting.body, resting.headers[TRIES]) == (b"twin", 1)


def test_a_conflict_for_ever_is_a_dead_letter_with_its_reason(house: House) -> None:
    """R-e, INV-3: its tries are bounded as those of any other error."""
    _always(house, "twin", ConflictError(said("Another writer was first\nin crm_effect")))
    house.put("twin", headers={TRIES: 3})
    house.put("a")

    with house.working():
        wait_until(lambda: house.waiting(DEAD) == 1, "a dead letter")
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 1, "the neighbour")

    (dead,) = house.broker_messages(DEAD)
    assert dead.headers[REASON] == "Another writer was first in crm_effect (4 tries)"


def test_a_probe_that_says_away_burns_no_try(house: House) -> None:
    """F-40: whatever the error is called, while the database is away nothing is counted."""
    away = True

    def probe() -> None:
        if away:
            raise TransientError(said("the database is away"))

    _always(house, "twin", ConflictError(said("Another writer was first")))
    house.stage.probe = probe  # type: ignore[method-assign]
    house.put("a", "twin")
    with house.working():
        wait_until(lambda: house.health.parts()[DATABASE] == "the database is away", "the pause")
        assert house.waiting(CLASSIFIER_MAIL) == 2
        assert set(house.delivery_count(CLASSIFIER_MAIL)) == {0}
        away = False
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 1, "the good one")


def test_an_error_that_shows_itself_that_something_is_away_is_waited_for(house: House) -> None:
    """F-40, I-5: a disk of backups that is not there is told by its name, not the database's."""
    gone = AwayError(said("Cannot look into /data: check that the disk is mounted"), "backup")
    handle = house.stage.handle
    _always(house, "a", gone)
    house.put("a")

    with house.working():
        wait_until(lambda: bool(house.health.parts().get("backup")), "the pause")
        assert house.health.parts()[DATABASE] is None
        house.stage.handle = handle  # type: ignore[method-assign]
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 1, "the message")
        wait_until(lambda: house.health.ready, "readiness")
        (broker_message,) = house.broker_messages(WRITER_COMMANDS)

    assert broker_message.headers == {}


@pytest.mark.parametrize(
    "error", [PermanentError(said("SELECT 1 is refused")), ZeroDivisionError()]
)
def test_a_probe_that_fails_in_its_own_way_does_not_end_the_service(
    house: House, error: Exception
) -> None:
    """F-40: nothing is known then, so the service waits and says so."""
    broken = True

    def probe() -> None:
        if broken:
            raise error

    house.stage.probe = probe  # type: ignore[method-assign]
    house.put("a")
    with house.working():
        wait_until(lambda: "tried yet" not in str(house.health.parts()[DATABASE]), "the pause")
        broken = False
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 1, "the message")


def test_an_output_that_is_too_big_is_its_mails_trouble(house: House) -> None:
    """F-28: its neighbours of the same batch go on; it is a dead letter with the reason."""
    house.put("a", "too big", "b")

    with house.working():
        wait_until(lambda: house.waiting(DEAD) == 1, "a dead letter")
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 2, "the neighbours")

    (dead,) = house.broker_messages(DEAD)
    assert (dead.body, dead.headers[REASON]) == (b"too big", "takes too many bytes")


def test_a_backlog_of_large_mail_is_handled_in_bites_of_bounded_weight(house: House) -> None:
    """F-32, F-5: what lies in the backup counts as if it came along."""
    size = 1_700_000
    house.put(*(f"m{number}" for number in range(40)), headers={"x-crmservice-size": size})
    bites: list[int] = []
    handle = house.stage.handle

    def weigh(batch: Sequence[AMessage]) -> Sequence[AMessage]:
        bites.append(len(batch))
        return handle(batch)

    house.stage.handle = weigh  # type: ignore[method-assign]
    with house.working():
        wait_until(lambda: house.waiting(WRITER_COMMANDS) == 40, "all of them", 60)

    assert max(bites) * size <= 8 * 1024 * 1024
    assert sum(bites) == 40
