"""The services as processes of their own, as an administrator starts them."""

import json
import signal
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.builders import raw_mail
from tests.deployment import Deployment
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ


@pytest.fixture
def deployment(rabbitmq: RabbitMQ, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment without services yet."""
    with rabbitmq.vhost() as url:
        deployed = Deployment(tmp_path, url)
        yield deployed
        deployed.close()


def a_mail(number: int = 1, **headers: str) -> bytes:
    """A mail of a customer to a user."""
    subject = headers.pop("subject", f"Mail {number}")
    return raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=subject, **headers)


def test_mail_goes_through_three_services_to_the_erp(deployment: Deployment) -> None:
    """I-6: fetched, classified and written by processes that share a broker and a data folder."""
    services = deployment.start_all()
    for number in range(20):
        deployment.drop(f"{number:02}.eml", a_mail(number))

    wait_until(lambda: len(deployment.list("journal")) == 20, "twenty mails in the journal")
    wait_until(lambda: not list(deployment.eml.iterdir()), "an empty emlDir")

    assert len(deployment.list("activities")) == 20
    assert len(list(deployment.data.rglob("*.eml"))) == 20
    status = deployment.status()
    assert {row["service"]: row["processes"] for row in status["services"]} == {
        "fetcher": 1,
        "classifier": 1,
        "writer": 1,
    }
    assert all(row["waiting"] + row["resting"] + row["dead"] == 0 for row in status["queues"])
    _, metrics = services[2].get("metrics")
    assert b'crmservice_mails_total{outcome="handled",stage="writer"} 20.0' in metrics
    assert b'crmservice_verdicts_total{box="crm",verdict="PROCESSED"} 20.0' in metrics
    assert [service.end() for service in services] == [0, 0, 0]


def test_large_mail_goes_by_its_backup(deployment: Deployment) -> None:
    """F-28: a mail of 3 MB never is in the broker, and comes out with its attachment."""
    deployment.start_all()
    big = EmailMessage()
    big["From"], big["To"], big["Subject"] = "petr@acme.example", "jan.novak@firma.cz", "Big"
    big["Date"] = "Mon, 02 Nov 2026 09:12:00 +0100"
    big.set_content("See the file.")
    big.add_attachment(b"x" * 3_000_000, "application", "octet-stream", filename="big.bin")
    deployment.drop("big.eml", bytes(big))

    wait_until(lambda: len(deployment.list("activities")) == 1, "the activity")

    (activity,) = deployment.list("activities")
    assert activity["attachments"] == ["big.bin"]


def test_a_second_fetcher_stands_by_and_takes_over(deployment: Deployment) -> None:
    """F-75: two fetchers never read one box at a time; when one dies the other goes on."""
    first = deployment.start("fetcher")
    second = deployment.start("fetcher")
    deployment.drop("a.eml", a_mail(1))
    wait_until(lambda: not list(deployment.eml.iterdir()), "the first mail to be taken")
    for service, taken, state in ((first, 1, "reading"), (second, 0, "standing by")):
        told = service.get("metrics")[1].decode()
        assert f'crmservice_backed_up_mails_total{{box="crm"}} {taken}.0' in told
        assert f'crmservice_box_state{{box="crm",source="emlDir",state="{state}"}} 1.0' in told
    assert json.loads(second.get("ready")[1])["standing_by"] == ["box crm emlDir"]

    first.end(signal.SIGKILL)
    deployment.drop("b.eml", a_mail(2))

    wait_until(lambda: not list(deployment.eml.iterdir()), "the second fetcher to take over")
    assert second.ready


def test_mail_waits_in_its_source_while_the_broker_is_away(
    deployment: Deployment, rabbitmq: RabbitMQ
) -> None:
    """F-20: nothing leaves the source unconfirmed; afterwards everything flows by itself."""
    services = deployment.start_all()
    deployment.drop("a.eml", a_mail(1))
    wait_until(lambda: len(deployment.list("journal")) == 1, "the first mail")

    rabbitmq.stop()
    deployment.drop("b.eml", a_mail(2))
    wait_until(lambda: not any(service.ready for service in services), "all to notice")
    assert [path.name for path in deployment.eml.iterdir()] == ["b.eml"]
    assert all(service.get("healthz")[0] == 200 for service in services)
    rabbitmq.start()

    wait_until(lambda: len(deployment.list("journal")) == 2, "the second mail", 90)
    wait_until(lambda: all(service.ready for service in services), "readiness", 90)


def test_a_database_that_is_killed_while_nothing_comes_is_noticed(
    rabbitmq: RabbitMQ, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    """INV-9, F-40: idle services ask their database; its death is told, and so is its return."""
    with rabbitmq.vhost() as url, postgresql.database() as database:
        deployment = Deployment(tmp_path, url, database_url=database)
        try:
            services = [deployment.start("classifier"), deployment.start("writer")]
            postgresql.kill()
            try:
                wait_until(lambda: not any(one.ready for one in services), "both to notice", 60)
                for service in services:
                    parts = json.loads(service.get("ready")[1])["parts"]
                    assert (bool(parts["database"]), parts["broker"]) == (True, None)
                    assert (
                        b'crmservice_part_ready{part="database"} 0.0' in service.get("metrics")[1]
                    )
            finally:
                postgresql.start()
            wait_until(lambda: all(one.ready for one in services), "its return", 120)
        finally:
            deployment.close()


def test_dead_letters_are_listed_released_and_dropped(deployment: Deployment) -> None:
    """O-2: a mail of a box that nobody configured dies with its reason, and comes to life again."""
    deployment.start("classifier")
    deployment.start("writer")
    strange = deployment.write_box("strange", {"emlDir": str(deployment.eml)})
    raw = deployment.folder / "x.eml"
    raw.write_bytes(a_mail())
    replayed = deployment.call("replay", str(raw), "--config", str(strange))
    assert replayed.returncode == 0, replayed.stderr

    def dead() -> list[dict[str, Any]]:
        listed = deployment.call("dead-letters", "list", "--json").stdout
        return [json.loads(line) for line in listed.splitlines()]

    wait_until(lambda: len(dead()) == 1, "a dead letter")
    (broker_message,) = dead()
    assert broker_message["queue"] == "classifier.mail"
    assert "names the box strange" in broker_message["reason"]
    shown = deployment.call("dead-letters", "show", broker_message["mail_id"])
    assert "strange" in shown.stdout
    assert "box" in shown.stdout

    released = deployment.call("dead-letters", "release", broker_message["mail_id"])
    assert released.returncode == 0, released.stderr
    wait_until(lambda: len(dead()) == 1, "it to die again")
    assert dead()[0]["released"] == 1
    in_plain_shell = deployment.call("dead-letters", "list", RABBITMQ_URL="")
    assert "no broker was asked" in in_plain_shell.stderr
    stood = deployment.call("status", "--config", str(deployment.config))
    assert stood.returncode == 3
    assert "classifier.mail: 1 mail(s): could not be processed" in stood.stdout
    dropped = deployment.call("dead-letters", "drop", broker_message["mail_id"])
    assert "1 dead letter(s): dropped" in dropped.stderr
    assert dead() == []
    assert deployment.call("dead-letters", "drop", broker_message["mail_id"]).returncode == 2


def test_replay_does_not_double_and_force_bypasses_the_duplicate_rule(
    deployment: Deployment,
) -> None:
    """O-1, R-a: processed mail stays as it is; a duplicate makes its own activity with --force."""
    deployment.start_all()
    date = "Sat, 21 Nov 2026 10:00:00 +0100"
    same = {"subject": "Same", "date": date, "more": "Message-ID: <a@acme.example>\n"}
    deployment.drop("a.eml", a_mail(1, **same))
    wait_until(lambda: len(deployment.list("journal")) == 1, "the first mail")
    deployment.drop("b.eml", a_mail(1, **same) + b"another text")
    wait_until(lambda: len(deployment.list("journal")) == 2, "the second mail")
    folder = next((deployment.data / "POP3Downloads").iterdir())
    config = ("--config", str(deployment.config))
    (twin,) = [
        row["mail_id"] for row in deployment.list("journal") if "DUPLICATE KEY" in row["verdict"]
    ]

    assert deployment.call("replay", str(folder), *config).returncode == 0
    deployment.drop("c.eml", a_mail(3))
    wait_until(lambda: len(deployment.list("journal")) == 3, "a mail behind the replayed ones")
    assert len(deployment.list("activities")) == 2

    for _ in range(2):
        assert deployment.call("replay", twin, "--force", *config).returncode == 0
    wait_until(lambda: len(deployment.list("activities")) == 3, "the duplicate's own activity")
    deployment.drop("d.eml", a_mail(4))
    wait_until(lambda: len(deployment.list("activities")) == 4, "a mail behind the second replay")
    verdicts = {row["mail_id"]: row["verdict"] for row in deployment.list("journal")}
    assert verdicts[twin] == ["PROCESSED"]


def test_a_service_without_a_broker_says_so(deployment: Deployment) -> None:
    """O-6: RABBITMQ_URL missing is a sentence and 78, a wrong password is 4."""
    config = ("--config", str(deployment.config))
    missing = deployment.call("classifier", *config, RABBITMQ_URL="")
    assert (missing.returncode, "RABBITMQ_URL" in missing.stderr) == (78, True)

    wrong = deployment.rabbitmq_url.replace("guest:guest", "guest:Tr0ub4dor")
    refused = deployment.call("classifier", *config, RABBITMQ_URL=wrong)
    assert refused.returncode == 4
    assert "refused name or password" in refused.stderr
    assert "Tr0ub4dor" not in refused.stderr + refused.stdout
    assert "Traceback" not in missing.stderr + refused.stderr


def test_status_tells_what_is_away(deployment: Deployment, rabbitmq: RabbitMQ) -> None:
    """O-4: what can be told is told, what is away is named, the exit code says so."""
    rabbitmq.stop()
    try:
        called = deployment.call("status", "--config", str(deployment.config))
    finally:
        rabbitmq.start()

    assert called.returncode == 5
    assert "is away" in called.stderr
    assert "emlDir" in called.stdout
    assert "journal" in called.stdout
