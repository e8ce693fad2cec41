"""Two mailers at once on every server: each mail and each comment goes out once (M-1, E-2)."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, select

from services.mailer.comments import Comments
from services.mailer.compose import Composed, SendsAs
from services.mailer.outbox_rows import OutboxRows
from services.mailer.outlet import MailOutlet
from services.mailer.rendering import Templates
from services.mailer.send import Mailer
from shared.contracts.cause import Cause
from shared.domain.own_mail import OwnMail
from shared.errors import TransientError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox
from shared.netgenium.own.tables import outbox_table
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables, ManyTable
from tests.databases import all_tables
from tests.servers.ports import DatabaseServer

ERP = ErpTables(load_mapping(None))
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
PETR = "petr@acme.example"
MAILS, COMMENTS = 30, 12


@pytest.fixture(params=["postgresql", "firebird"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A prepared database."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    server.start()
    with server.database(prepare=all_tables) as address:
        yield address


class _Server:
    """Takes what it is given, and remembers it."""

    def __init__(self) -> None:
        self.got: list[str] = []

    @contextmanager
    def connect(self) -> Iterator["_Server"]:
        yield self

    def send(self, mail: Composed) -> None:
        self.got.append(mail.message_id)


def _fill(engine: Engine) -> None:
    mails = [Outgoing(f"m{n}", "crm", PETR, "forward", {"reason": "why"}) for n in range(MAILS)]
    emails = ERP.many("contact", "emails")
    assert isinstance(emails, ManyTable)
    with write_transaction(engine) as connection:
        write_outbox(connection, [Posted(Cause.named("comment", "x"), one) for one in mails], NOW)
        for entity, values in (
            ("relationship", {"id": 1, "name": "ACME"}),
            ("contact", {"id": 1, "relationship": 1, "last_name": "Svoboda"}),
            ("task", {"id": 5, "number": "55", "subject": "Pump", "contact": 1}),
        ):
            connection.execute(insert(ERP.table(entity)).values(values))
        connection.execute(insert(emails.table).values(id=1, owner=1, value=PETR))
        said = {"task": 5, "text": "It runs.", "for_customer": True}
        rows = [{"id": number, **said} for number in range(1, COMMENTS + 1)]
        connection.execute(insert(ERP.table("task_comment")), rows)


def _work(url: str, server: _Server, start: threading.Barrier) -> None:
    """A mailer with a pool of its own, as another process has."""
    engine = open_database(url)
    own = OwnMail(SecretStr("secret"))
    mailer = Mailer(OutboxRows(engine), own, lambda _key: b"", lambda: NOW)
    outlet = MailOutlet("crm", SendsAs("crm@firma.cz"), Templates("cs"), 200, server.connect)
    comments = Comments(engine, ERP, "crm", frozenset())
    start.wait()
    for _ in range(20):
        try:
            comments.post(NOW)
            while mailer.round(outlet):
                pass
        except TransientError:
            continue
        break
    engine.dispose()


def test_two_mailers_send_each_mail_and_each_comment_once(url: str) -> None:
    """M-1, E-2: whoever is second finds them taken."""
    engine, server, start = open_database(url), _Server(), threading.Barrier(2)
    _fill(engine)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_work, url, server, start) for _ in range(2)]:
            done.result()

    assert set(Counter(server.got).values()) == {1}
    assert len(server.got) == MAILS + COMMENTS
    with engine.connect() as connection:
        states = set(connection.scalars(select(outbox_table.c.state)))
        marks = list(connection.scalars(select(ERP.table("task_comment").c.sent_on)))
    engine.dispose()
    assert states == {"sent"}
    assert marks == [NOW] * COMMENTS
