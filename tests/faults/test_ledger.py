from pathlib import Path

from tests.faults.ledger import EVERYTHING, a_world, run
from tests.servers.dovecot import Dovecot
from tests.servers.postgresql import PostgreSQL
from tests.servers.rabbitmq import RabbitMQ


def test_no_mail_is_lost_or_doubled_whatever_fails(
    tmp_path: Path, rabbitmq: RabbitMQ, postgresql: PostgreSQL, dovecot: Dovecot
) -> None:
    """I-6, M-1, M-2: services, broker, database, mailbox, mail server and network fail.

    Each mail has its effect once; what it has mailed leaves, and once where an answer was heard.
    """
    with a_world(tmp_path, rabbitmq, postgresql, dovecot, seed=2026) as world:
        account = run(world, EVERYTHING, seconds=25)

    assert account.sent > 50
    assert account.acts.total() >= 5
    assert account.lost == []
    assert account.doubled == []
    assert account.unsent == []
    assert account.sent_again == []
    assert dict(account.dead) == {}
    assert account.left == 0
