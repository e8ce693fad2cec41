"""The mailer beside a real SMTP server, and what a person sees and decides (M-1, M-2, E-5)."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from services.answers.mail_trial import TrialMail, connect_all, send_test
from services.answers.outgoing import (
    drop_mails,
    outbox_counts,
    outbox_entry,
    outbox_of,
    retry_mails,
)
from services.answers.preview import values_about
from services.answers.standstill import standstill
from services.assembly.composition import Erp
from services.assembly.mailer_service import mail_once, mailer_beside
from services.assembly.noticing import notices_of
from services.operator.commands import app
from shared.contracts.cause import Cause
from shared.domain.own_mail import OwnMail
from shared.domain.tickets import ticket
from shared.errors import WrongUseError
from shared.health.state import Health
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox
from shared.netgenium.own.tables import outbox_table
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.settings.value_types import ServerAddress
from tests.installation import Installation, an_installation
from tests.servers.smtp import SmtpRules, SmtpTestServer

EVA, JAN = "eva@firma.cz", "jan@firma.cz"
NOW = datetime.now(UTC)


class _Place:
    """An installation whose box sends by a server of the tests."""

    def __init__(self, folder: Path, port: int) -> None:
        address = ServerAddress(host="localhost", port=port)
        self.made: Installation = an_installation(folder, smtp_server=address, smtp_tls="none")
        self.erp = Erp(self.made.erp.engine, self.made.erp.tables, OwnMail(SecretStr("secret")))
        given = {"CRMSERVICE_DATA": str(self.made.data), "CRMSERVICE_SECRET": "secret" * 8}
        self.environment = Environment.from_environ(given)

    @property
    def boxes(self) -> list[Box]:
        return [self.made.box]

    def post(self, *recipients: str) -> None:
        mails = [Outgoing(to, "crm", to, "forward", {"reason": "why"}) for to in recipients]
        cause = Cause.named("comment", "7")
        with write_transaction(self.erp.engine) as connection:
            write_outbox(connection, [Posted(cause, mail) for mail in mails], NOW)

    def states(self) -> dict[str, str]:
        with self.erp.engine.connect() as connection:
            rows = connection.execute(select(outbox_table)).all()
        return {row.recipient: row.state for row in rows}

    def id_of(self, recipient: str) -> str:
        with self.erp.engine.connect() as connection:
            own = outbox_table.c
            query = select(own.outbox_id).where(own.recipient == recipient)
            return str(connection.scalar(query))


@pytest.fixture
def rules() -> SmtpRules:
    """What the server does."""
    return SmtpRules()


@pytest.fixture
def place(tmp_path: Path, rules: SmtpRules) -> Iterator[_Place]:
    """An installation beside a running server."""
    with SmtpTestServer(rules) as server:
        yield _Place(tmp_path, server.port)


def test_the_mailer_sends_what_waits_until_it_is_stopped(place: _Place, rules: SmtpRules) -> None:
    """M-1: in a thread beside other work; it says that the server works."""
    place.post(EVA, JAN)
    health, stopped = Health(), threading.Event()
    book = notices_of("run", place.boxes, place.environment)
    with mailer_beside(place.boxes, place.erp, place.environment, health, stopped, book):
        while set(place.states().values()) != {"sent"} or not health.ready:
            stopped.wait(0.01)

    assert sorted(one.recipient for one in rules.received) == [EVA, JAN]
    assert health.parts() == {"mail server of crm": None}


def test_one_run_sends_what_is_due_and_says_what_waits(place: _Place, rules: SmtpRules) -> None:
    """M-1: a server that closes is told, and the mail waits."""
    told: list[str] = []
    rules.recipients[EVA] = "421 4.3.2 shutting down"
    place.post(EVA)
    assert not mail_once(place.boxes, place.erp, place.environment, told.append)
    assert "mail of crm waits" in told[0]

    rules.recipients.clear()
    retry_mails(place.erp.engine, [place.id_of(EVA)])

    assert mail_once(place.boxes, place.erp, place.environment, told.append)
    assert place.states() == {EVA: "sent"}


def test_a_person_sees_retries_and_drops(place: _Place, rules: SmtpRules) -> None:
    """M-2: what was sent stays sent, and of several ids all or none are taken."""
    rules.recipients |= {EVA: "550 no", JAN: "550 no"}
    place.post(EVA, JAN, "ivo@firma.cz")
    engine = place.erp.engine
    mail_once(place.boxes, place.erp, place.environment, lambda _: None)
    eva, jan, ivo = map(place.id_of, (EVA, JAN, "ivo@firma.cz"))

    assert {one.recipient for one in outbox_of(engine)} == {EVA, JAN}
    assert "550" in (outbox_entry(engine, eva).last_error or "")
    with pytest.raises(WrongUseError, match=ivo):
        drop_mails(engine, [eva, ivo])
    with pytest.raises(WrongUseError, match="no mail"):
        outbox_entry(engine, "7")
    assert (drop_mails(engine, [jan]), retry_mails(engine, [eva])) == (1, 1)
    rules.recipients.clear()
    mail_once(place.boxes, place.erp, place.environment, lambda _: None)

    assert place.states() == {EVA: "sent", JAN: "dropped", "ivo@firma.cz": "sent"}


def test_status_says_what_of_the_outbox_stands_still(place: _Place) -> None:
    """M-1: without a server, for long, and refused."""
    place.post(EVA)

    def found(now: datetime, *, server: bool) -> list[str]:
        counts = outbox_counts(place.erp.engine, server=server)
        return [one.why for one in standstill([], [], [], 0, now, counts)]

    assert found(NOW, server=True) == []
    assert "no box names a smtpServer" in found(NOW, server=False)[0]
    assert "the oldest since" in found(NOW + timedelta(hours=1), server=True)[0]


def test_a_test_mail_shows_whether_the_server_takes_us(place: _Place, rules: SmtpRules) -> None:
    """E-5: connect, log in, and send one mail past the outbox."""
    assert ["reachable" in line for line in connect_all(place.boxes)] == [True]

    send_test(place.boxes, place.environment, TrialMail("CRM@firma.cz", EVA))
    with pytest.raises(WrongUseError, match="no box"):
        send_test(place.boxes, place.environment, TrialMail("other@firma.cz", EVA))

    assert [one.recipient for one in rules.received] == [EVA]
    assert place.states() == {}


def test_the_command_lists_mails_for_programs(
    place: _Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """M-2: one object a line, without what the mail says."""
    place.post(EVA)
    monkeypatch.setenv("CRMSERVICE_DATA", str(place.made.data))

    app(["mail", "list", "--json"], standalone_mode=False)

    (line,) = capsys.readouterr().out.splitlines()
    entry: dict[str, Any] = json.loads(line)
    assert (entry["recipient"], entry["state"], entry["tries"]) == (EVA, "waiting", 0)
    assert "why" not in line


def test_a_preview_about_a_task_has_its_tag(place: _Place) -> None:
    """M-4, E-1: what a template will say, before anybody gets it; an unknown number is refused."""
    values = values_about(place.erp, place.environment, "55")

    assert place.erp.own_mail is not None
    assert values["ticket"] == ticket("55", place.erp.own_mail)
    assert (values["task_number"], values["subject"]) == ("55", "Čerpadlo")
    with pytest.raises(WrongUseError, match="no task has the number 77"):
        values_about(place.erp, place.environment, "77")
