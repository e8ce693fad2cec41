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
        "services.fetcher.sources.imap.session:ImapSession.expunge:before",
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


POINTS_OF_TWO_STEPS = {
    "F5 confirmed, not noted": ("fetcher", "services.fetcher.sources.mailbox:Mailbox.take:before"),
    "F5 noted, not recorded": ("fetcher", "services.fetcher.sources.mailbox:Mailbox.take:after"),
    "F10 committed, not told": ("writer", "shared.broker.sender:Sender.send:before"),
    "F10 told, not noted": ("fetcher", "services.fetcher.sources.mailbox:Mailbox.recorded:before"),
    "F10 noted, not acknowledged": ("fetcher", "shared.broker.inbox:Inbox.done:after"),
}


@pytest.mark.parametrize("step", POINTS)
def test_a_service_that_dies_at_a_step_loses_and_doubles_nothing(
    step: str, rabbitmq: RabbitMQ, dovecot: Dovecot, tmp_path: Path
) -> None:
    """F-1 to F-6, F-8 to F-10: whoever starts it again, each mail has its effects once."""
    keys = {"imapUrl": f"localhost:{dovecot.imaps_port}"}

    subjects = _subjects_after_a_death(POINTS[step], keys, rabbitmq, dovecot, tmp_path)

    assert subjects == [f"Mail {number}" for number in range(MAILS)]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("step", POINTS_OF_TWO_STEPS)
def test_a_death_between_the_two_steps_loses_and_doubles_nothing(
    step: str, protocol: str, rabbitmq: RabbitMQ, dovecot: Dovecot, tmp_path: Path
) -> None:
    """F-5, F-10, I-8: mail that leaves once it is recorded leaves in the end, and is made once."""
    port = dovecot.imaps_port if protocol == "imap" else dovecot.pop3s_port
    keys = {f"{protocol}Url": f"localhost:{port}", "disposeAfter": "recorded", "pollSeconds": "60"}
    point = POINTS_OF_TWO_STEPS[step]

    subjects = _subjects_after_a_death(point, keys, rabbitmq, dovecot, tmp_path)

    assert subjects == [f"Mail {number}" for number in range(MAILS)]


def _subjects_after_a_death(
    step: tuple[str, str], keys: dict[str, str], rabbitmq: RabbitMQ, dovecot: Dovecot, folder: Path
) -> list[str]:
    """The activities of mails that came while a service died at its step."""
    name, point = step
    account = dovecot.add_box(f"kill-{folder.name}", "pw")
    login = {
        "pop3Name": account.name,
        "pop3Password": account.password,
        "caFile": str(dovecot.ca_file),
    }
    with rabbitmq.vhost() as url:
        deployment = Deployment(folder, url, keys=keys | login)
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
            wait_until(lambda: dovecot.messages(account) == 0, "an empty box", 60)
            wait_until(lambda: _waiting(deployment) == 0, "empty queues")
        finally:
            deployment.close()
        return sorted(str(row["subject"]) for row in deployment.list("activities"))


def _waiting(deployment: Deployment) -> int:
    rows = deployment.status()["queues"]
    return sum(int(row["waiting"]) + int(row["resting"]) + int(row["dead"]) for row in rows)
