"""What a service takes as proof that its database can be used, and what it makes of the rest."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from services.assembly.database_probe import DatabaseProbe
from shared.contracts.said import said
from shared.errors import ConfigurationError, PermanentError, TransientError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.probe import answers, takes_writes
from tests.installation import an_installation


def test_a_schema_that_cannot_be_looked_at_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-40, F-45: a database that is being restored ends no service, whatever it answers."""
    probe = DatabaseProbe(an_installation(tmp_path).erp)

    def refuse(*_: object) -> None:
        raise PermanentError(said("no right to look"))

    monkeypatch.setattr("services.assembly.database_probe.require_schema", refuse)
    with pytest.raises(TransientError, match="no right to look"):
        probe()
    monkeypatch.undo()
    probe()


def test_a_proof_that_never_works_is_waited_for(tmp_path: Path) -> None:
    """F-40: a probe asks for nothing that could be wrong by itself, so what is wrong passes."""
    erp = an_installation(tmp_path).erp
    with write_transaction(erp.engine) as connection:
        connection.execute(text("DROP TABLE crm_lock"))

    answers(erp.engine)
    with pytest.raises(TransientError, match="crm_lock"):
        takes_writes(erp.engine)


def test_a_database_without_our_tables_is_told_before_it_is_tried(tmp_path: Path) -> None:
    """O-6: init-db is missing: no service waits for that."""
    erp = an_installation(tmp_path / "a").erp
    empty = replace(erp, engine=open_database(f"sqlite:///{tmp_path / 'empty.db'}"))

    with pytest.raises(ConfigurationError, match="init-db"):
        DatabaseProbe(empty, proof=takes_writes)()


def test_the_schema_is_looked_at_once_and_the_proof_asked_each_time(tmp_path: Path) -> None:
    """F-40: what else is to be done at the begin is done when the database first answers."""
    asked: list[str] = []

    def proof(_engine: Engine) -> None:
        asked.append("proof")

    def first() -> None:
        asked.append("first")

    def rights(_engine: Engine) -> None:
        asked.append("rights")

    probe = DatabaseProbe(an_installation(tmp_path).erp, first, proof, rights)
    probe()
    probe()

    assert asked == ["rights", "first", "proof", "proof"]


def test_takes_writes_changes_nothing(tmp_path: Path) -> None:
    """F-40: it may be asked at any time."""
    erp = an_installation(tmp_path).erp
    with write_transaction(erp.engine) as connection:
        connection.execute(text("INSERT INTO crm_lock (name, counter) VALUES ('x', 7)"))

    takes_writes(erp.engine)

    with erp.engine.connect() as connection:
        assert connection.execute(text("SELECT name, counter FROM crm_lock")).all() == [("x", 7)]
