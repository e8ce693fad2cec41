"""An installation of an earlier version is carried over with its rows, on every database."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, Engine, inspect, select

from services.writer.decisions.invitation_state import own_key, state_key
from services.writer.decisions.organiser import about
from services.writer.earlier import read_earlier
from services.writer.put_row import put_row
from shared.contracts.commands import UpsertInvitation
from shared.contracts.references import UserRef
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.schema_state import SchemaState, schema_state
from shared.netgenium.own.tables import (
    change_table,
    effect_table,
    invitation_table,
    journal_table,
    word_table,
)
from shared.netgenium.queries.claims import read_claims
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables
from tests.servers.ports import DatabaseServer

_MAIL = UUID(int=7)


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
        yield engine
        engine.dispose()
        return
    server: DatabaseServer = request.getfixturevalue(request.param)
    with server.database() as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def _migrate_to(monkeypatch: pytest.MonkeyPatch, engine: Engine, version: str) -> None:
    """Make the tables as an earlier program did."""
    upgrade = command.upgrade
    with monkeypatch.context() as earlier:
        earlier.setattr(command, "upgrade", lambda config, _head: upgrade(config, version))
        migrate(engine)


def _insert(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row as an earlier program did, whatever the table is today."""
    types: Mapping[type, Any] = {UUID: sa.Uuid(native_uuid=False), datetime: sa.DateTime()}
    columns = [sa.column(name, types.get(type(value))) for name, value in row.items()]
    connection.execute(sa.insert(sa.table(table, *columns)).values(row))


def _fill_version_6(engine: Engine) -> None:
    made = {"command_id": UUID(int=1), "mail_id": _MAIL, "entity": "task", "record_id": 4}
    what = {**made, "kind": "create_task"}
    moment = datetime(2026, 11, 2, 8, tzinfo=UTC).replace(tzinfo=None)
    with write_transaction(engine) as connection:
        _insert(connection, "crm_effect", what)
        _insert(connection, "crm_change", {**what, "new_values": "{}", "changed_at": moment})


def test_effects_and_changes_of_mails_are_carried_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NG-8, B-5: what mails did before the upgrade still names its mail, and is found by it."""
    _migrate_to(monkeypatch, engine, "0006")
    assert schema_state(engine) is SchemaState.OLDER
    _fill_version_6(engine)

    migrate(engine)

    assert schema_state(engine) is SchemaState.CURRENT
    for table in (effect_table, change_table):
        with engine.connect() as connection:
            query = select(table).where(table.c.cause_id == _MAIL)
            row = connection.execute(query).one()
        assert (row.cause_kind, row.kind, row.record_id) == ("mail", "create_task", 4)
        indexes = {one["name"] for one in inspect(engine).get_indexes(table.name)}
        assert f"ix_{table.name}_cause_id" in indexes
        assert f"ix_{table.name}_mail_id" not in indexes


def test_a_journal_of_before_is_carried_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NG-8, R-d: its rows stay, without what no earlier version knew of a mail."""
    _migrate_to(monkeypatch, engine, "0008")
    moment = datetime(2026, 11, 2, 8, tzinfo=UTC).replace(tzinfo=None)
    texts = ("box", "source", "identification_key", "subject", "verdict", "trace")
    digests = ("content_sha256", "body_sha256", "backup_key")
    row = dict.fromkeys((*texts, *digests), "x")
    moments = {"received_at": moment, "recorded_at": moment}
    with write_transaction(engine) as connection:
        _insert(connection, "crm_journal", {**row, **moments, "mail_id": _MAIL, "differs": False})

    migrate(engine)

    with engine.connect() as connection:
        found = connection.execute(select(journal_table)).one()
    assert (found.mail_id, found.subject, found.tokens, found.commands) == (_MAIL, "x", None, None)


def test_words_of_before_are_compared_by_their_bytes(
    postgresql: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-8: whatever language the database speaks, words with one beginning lie together."""
    with postgresql.database() as url:
        engine = open_database(url)
        _migrate_to(monkeypatch, engine, "0010")
        with write_transaction(engine) as connection:
            _insert(connection, "crm_journal_word", {"mail_id": _MAIL, "word": "chata"})

        migrate(engine)

        (column,) = (
            c for c in inspect(engine).get_columns("crm_journal_word") if c["name"] == "word"
        )
        with engine.connect() as connection:
            assert connection.scalar(select(word_table.c.word)) == "chata"
        assert getattr(column["type"], "collation", None) == "C"
        engine.dispose()


_EVENT = UpsertInvitation(
    command_id=UUID(int=1),
    user=UserRef(id=1, email="jan.novak@firma.cz"),
    uid="meeting-1",
    recurrence_id=None,
    method="REQUEST",
    sequence=1,
    stamp=None,
    start=None,
    end=None,
    all_day=False,
    location="",
    summary="",
    organizer="petr@acme.example",
    attendees=(),
    rule=None,
    sender="petr@acme.example",
    trust="proven",
)


def test_keys_and_invitations_of_before_are_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V2-2a, S-9: an invitation of before is its organiser's; of a key's owner no text is known."""
    _migrate_to(monkeypatch, engine, "0013")
    moment = datetime(2026, 11, 2, 8, tzinfo=UTC).replace(tzinfo=None)
    claim = {"key": "k" * 64, "mail_id": _MAIL, "content_sha256": "c", "body_sha256": "b"}
    known = {"key": state_key(_EVENT), "user_id": 1, "record_id": 7, "revision": 0}
    state = {"organizer": _EVENT.organizer, "genuine": True, "cancelled": False, "mail_id": _MAIL}
    with write_transaction(engine) as connection:
        _insert(connection, "crm_identification_key", {**claim, "claimed_at": moment})
        _insert(connection, "crm_invitation", {**known, **state})

    migrate(engine)

    with write_transaction(engine) as connection:
        (row,) = read_claims(connection, ["k" * 64]).values()
        assert (row.mail_id, row.text_sha256, row.message_key) == (_MAIL, None, None)
        earlier = read_earlier(connection, ErpTables(load_mapping(None)), [_EVENT])
        stored = about(earlier.invitations_of(state_key(_EVENT)), _EVENT)
        assert stored is not None
        assert (stored.record_id, stored.believed) == (7, True)
        moved = {"key": own_key(_EVENT), "occurrence_key": state_key(_EVENT), "user_id": 1}
        put_row(connection, invitation_table, {**moved, "record_id": 7}, known=stored.key)
        earlier = read_earlier(connection, ErpTables(load_mapping(None)), [_EVENT])
        (found,) = earlier.invitations_of(state_key(_EVENT))
        assert (found.key, found.record_id) == (own_key(_EVENT), 7)
