"""Each service dies at each step of a mail's way and is started again: nothing lost or doubled."""

from pathlib import Path

import pytest

from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.faults.dying import EXIT_CODE
from tests.servers.dovecot import Dovecot
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

MAILS = 3
POINTS = {
    "F1 fetched, nothing written": ("fetcher", "shared.backup.store:BackupStore.write:before"),
    "F3 backed up, not published": ("fetcher", "shared.backup.store:BackupStore.write:after"),
    "F4 published, not confirmed": ("fetcher", "shared.broker.sender:Sender.send:after"),
    "F5 confirmed, not deleted": ("fetcher", "shared.broker.sender:Sender.flush:after"),
    "F6 flagged, not expunged": (
        "fetcher",
        "services.fetcher.sources.imap.session:Session.expunge:before",
    ),
    "F8 classified, not published": ("classifier", "shared.broker.sender:Sender.send:before"),
    "F8 published, not acknowledged": (
        "classifier",
        "shared.broker.rabbitmq.connection:BrokerConnection.acknowledge:before",
    ),
    "F9 claimed, not committed": ("writer", "services.writer.stage:WriterStage._apply:after"),
    "F10 committed, not acknowledged": (
        "writer",
        "services.writer.stage:WriterStage._commit:after",
    ),
}


@pytest.mark.parametrize("step", POINTS)
def test_a_service_that_dies_at_a_step_loses_and_doubles_nothing(
    step: str, rabbitmq: RabbitMQ, dovecot: Dovecot, tmp_path: Path
) -> None:
    """F-1 to F-6, F-8 to F-10: whoever starts it again, each mail has its effects once."""
    name, point = POINTS[step]
    account = dovecot.add_box(f"kill-{tmp_path.name}", "pw")
    keys = {
        "imapUrl": f"localhost:{dovecot.imaps_port}",
        "pop3Name": account.name,
        "pop3Password": account.password,
        "caFile": str(dovecot.ca_file),
    }
    with rabbitmq.vhost() as url:
        deployment = Deployment(tmp_path, url, keys=keys)
        try:
            for number in range(MAILS):
                dovecot.deliver(account, raw_mail(
                    sender="petr@acme.example", to="jan.novak@firma.cz", subject=f"Mail {number}"
                ))  # fmt: skip
            others = {"fetcher", "classifier", "writer"} - {name}
            for other in others:
                deployment.start(other, ready=False)
            dying = deployment.start(name, ready=False, dies_at=point)
            assert dying.process.wait(60) == EXIT_CODE, dying.log.read_text("utf-8")

            deployment.start(name, ready=False)
            wait_until(lambda: len(deployment.list("journal")) == MAILS, "all mails", 60)
            wait_until(lambda: dovecot.messages(account) == 0, "an empty box")
            wait_until(lambda: _waiting(deployment) == 0, "empty queues")
        finally:
            deployment.close()
        subjects = sorted(row["subject"] for row in deployment.list("activities"))

    assert subjects == [f"Mail {number}" for number in range(MAILS)]


def _waiting(deployment: Deployment) -> int:
    rows = deployment.status()["queues"]
    return sum(int(row["waiting"]) + int(row["resting"]) + int(row["dead"]) for row in rows)
