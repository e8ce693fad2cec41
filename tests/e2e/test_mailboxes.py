"""The command line on real mailboxes: IMAP and POP3, password and OAuth2."""

import json
from pathlib import Path

import pytest

from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.servers.dovecot import Dovecot
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.token_server import TokenServer

PASSWORD = "Tr0ub4dor-and-3"


def a_mail(number: int) -> bytes:
    """A mail of a customer to a user."""
    return raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=f"Mail {number}")


def keys_of(dovecot: Dovecot, protocol: str, name: str) -> dict[str, str]:
    """The keys of a box that is read by `protocol`."""
    port = dovecot.imaps_port if protocol == "imap" else dovecot.pop3s_port
    return {
        f"{protocol if protocol == 'imap' else 'pop3'}Url": f"localhost:{port}",
        "pop3Name": name,
        "pop3Password": PASSWORD,
        "caFile": str(dovecot.ca_file),
        "pollSeconds": "2",
    }


def deployed(folder: Path, keys: dict[str, str], rabbitmq_url: str = "") -> Deployment:
    """A deployment with one box; without a broker unless there is a URL."""
    return Deployment(folder, rabbitmq_url, keys=keys)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mailbox_is_read_once(dovecot: Dovecot, tmp_path: Path, protocol: str) -> None:
    """I-2, I-6: `run --once` takes everything that waits; the box is empty afterwards."""
    account = dovecot.add_box(f"once-{protocol}", PASSWORD)
    for number in range(7):
        dovecot.deliver(account, a_mail(number))
    deployment = deployed(tmp_path, keys_of(dovecot, protocol, account.name))
    config = ("--config", str(deployment.config))

    checked = deployment.call("check", *config)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "7 m" in " ".join(checked.stdout.split())
    assert dovecot.messages(account) == 7
    ran = deployment.call("run", "--once", "--json", *config)

    assert ran.returncode == 0, ran.stderr
    assert [json.loads(line)["verdict"] for line in ran.stdout.splitlines()] == [["PROCESSED"]] * 7
    assert dovecot.messages(account) == 0
    assert len(deployment.list("activities")) == 7
    (place,) = [place for place in deployment.status()["boxes"] if place["place"] != "emlDir"]
    assert place["read_at"] is not None
    assert PASSWORD not in checked.stdout + checked.stderr + ran.stdout + ran.stderr


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mailbox_is_read_with_a_token(
    dovecot: Dovecot, token_server: TokenServer, tmp_path: Path, protocol: str
) -> None:
    """I-2: OAuth2 by client credentials from the ERP's app file."""
    account = dovecot.add_box(f"token-{protocol}", "unused")
    token_server.username = account.name
    dovecot.deliver(account, a_mail(1))
    keys = keys_of(dovecot, protocol, account.name) | {"pop3OAuth": "true"}
    del keys["pop3Password"]
    bundle = tmp_path / "authorities.pem"
    bundle.write_text(dovecot.ca_file.read_text() + token_server.ca_file.read_text())
    deployment = deployed(tmp_path, keys | {"caFile": str(bundle)})
    app_file = tmp_path / "erp" / "Config" / "MicrosoftOAuth.json"
    app_file.parent.mkdir()
    app_file.write_text(json.dumps({"web": {
        "client_id": token_server.client_id,
        "tenant_id": "tenant",
        "token_uri": f"https://{token_server.host}/organizations/oauth2/v2.0/token",
        "client_secret": token_server.client_secret,
    }}))  # fmt: skip

    ran = deployment.call("run", "--once", "--config", str(deployment.config))

    assert ran.returncode == 0, ran.stderr
    assert len(deployment.list("activities")) == 1
    assert dovecot.messages(account) == 0


def test_a_refused_login_ends_a_run_with_four(dovecot: Dovecot, tmp_path: Path) -> None:
    """F-61, O-6: refused credentials are 4, also while the wait lasts; no secret is told."""
    account = dovecot.add_box("refused", "another one")
    dovecot.deliver(account, a_mail(1))
    deployment = deployed(tmp_path, keys_of(dovecot, "imap", account.name))
    config = ("--config", str(deployment.config))

    for command in (("run", "--once"), ("run", "--once"), ("check",)):
        called = deployment.call(*command, *config)
        assert called.returncode == 4, called.stderr
        assert PASSWORD not in called.stdout + called.stderr
        assert "Traceback" not in called.stderr
    assert dovecot.messages(account) == 1


def test_a_full_box_waits_for_a_start(dovecot: Dovecot, tmp_path: Path) -> None:
    """I-11: more than 500 messages at the first connection: nothing is read until `startFrom`."""
    account = dovecot.add_box("full", PASSWORD)
    for number in range(501):
        dovecot.deliver(account, a_mail(number))
    keys = keys_of(dovecot, "imap", account.name)
    deployment = deployed(tmp_path, keys)

    checked = deployment.call("check", "--config", str(deployment.config))
    assert (checked.returncode, "startFrom" in checked.stdout) == (78, True)
    waits = deployment.call("run", "--once", "--config", str(deployment.config))
    assert waits.returncode == 78
    assert "501" in waits.stderr
    assert "startFrom" in waits.stderr
    stands = deployment.call("status", "--config", str(deployment.config))
    assert (stands.returncode, "needs you since" in stands.stdout) == (3, True)
    assert dovecot.messages(account) == 501
    deployment.write_box("crm", {**keys, "startFrom": "all"})
    assert deployment.call("run", "--once", "--config", str(deployment.config)).returncode == 0

    assert dovecot.messages(account) == 0
    assert len(deployment.list("journal")) == 501


def test_two_boxes_are_read_by_services(
    rabbitmq: RabbitMQ, dovecot: Dovecot, tmp_path: Path
) -> None:
    """I-1, I-3: new mail of both is in the ERP soon after it came, announced or polled for."""
    imap = dovecot.add_box("two-imap", PASSWORD)
    pop3 = dovecot.add_box("two-pop3", PASSWORD)
    with rabbitmq.vhost() as url:
        deployment = deployed(tmp_path, keys_of(dovecot, "imap", imap.name), url)
        office = deployment.write_box("office", keys_of(dovecot, "pop3", pop3.name))
        deployment.more_boxes = [office]
        try:
            services = deployment.start_all()
            dovecot.deliver(imap, a_mail(1))
            dovecot.deliver(pop3, a_mail(2))
            wait_until(lambda: len(deployment.list("journal")) == 2, "both mails")
            wait_until(lambda: not dovecot.messages(imap) + dovecot.messages(pop3), "empty boxes")
        finally:
            deployment.close()

        assert {row["box"] for row in deployment.list("journal")} == {"crm", "office"}
        assert {row["subject"] for row in deployment.list("activities")} == {"Mail 1", "Mail 2"}
    assert len(services) == 3
