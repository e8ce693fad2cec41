"""What each database gets from us, as far as it shows without a server."""

from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url

from shared.errors import ConfigurationError
from shared.netgenium.database.engine import open_database
from shared.netgenium.database.servers import engine_for, is_firebird


class _ArgumentsError(Exception):
    """Ends an attempt to connect before it begins."""


def _arguments(url: str) -> dict[str, Any]:
    """What the driver's `connect` would be called with."""
    engine: Engine = engine_for(make_url(url))
    seen: dict[str, Any] = {}

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _words: object, given: dict[str, Any]) -> None:
        seen.update(given)
        raise _ArgumentsError

    with pytest.raises(_ArgumentsError):
        engine.connect()
    return seen


def test_postgresql_ends_statements_locks_and_idle_transactions() -> None:
    """F-42: limits in milliseconds, and a way to notice that the other side has gone."""
    given = _arguments("postgresql+psycopg://crm@db.firma.cz/netgenium")
    assert given["options"] == (
        "-c statement_timeout=60000 -c lock_timeout=30000"
        " -c idle_in_transaction_session_timeout=300000"
    )
    assert given["connect_timeout"] == 10
    assert given["tcp_user_timeout"] == 60_000
    assert given["client_encoding"] == "UTF8"


def test_what_the_url_says_about_limits_counts() -> None:
    """F-42: an installation may choose its own."""
    url = "postgresql+psycopg://db.firma.cz/x?connect_timeout=3&options=-c%20lock_timeout%3D5"
    given = _arguments(url)
    assert given["connect_timeout"] == "3"
    assert given["options"].endswith("300000 -c lock_timeout=5")
    given = _arguments("mssql+pymssql://db.firma.cz/x?timeout=5")
    assert (given["timeout"], given["login_timeout"]) == ("5", 10)


@pytest.mark.parametrize(
    "query",
    ["host=a:1,b:2", "host=a:1&host=b:2", "host=a,b&port=1,2"],
)
def test_postgresql_may_have_several_hosts(query: str) -> None:
    """F-40: in whichever way they are written; libpq finds the one that takes writes."""
    given = _arguments(f"postgresql+psycopg://u@/d?{query}&target_session_attrs=read-write")
    assert (given["host"], given["port"]) == ("a,b", "1,2")
    assert given["target_session_attrs"] == "read-write"


def test_sql_server_ends_statements_and_logins() -> None:
    """F-42: pymssql has limits of its own."""
    given = _arguments("mssql+pymssql://crm@db.firma.cz:1433/db1")
    assert (given["timeout"], given["login_timeout"]) == (60, 10)


@pytest.mark.parametrize(
    ("url", "database", "charset"),
    [
        ("crm:x@db.firma.cz//data/erp.fdb", "db.firma.cz/3050:/data/erp.fdb", "UTF8"),
        ("crm:x@db.firma.cz:3051//erp.fdb", "db.firma.cz/3051:/erp.fdb", "UTF8"),
        ("crm:x@srv/C:/DB/DB3.FDB?charset=WIN1250", "srv/3050:C:/DB/DB3.FDB", "WIN1250"),
        ("crm:x@[::1]//data/erp.fdb", "[::1]/3050:/data/erp.fdb", "UTF8"),
    ],
)
def test_firebirds_address_is_the_engines_own(url: str, database: str, charset: str) -> None:
    """NG-9: two engines for one path on two servers do not mix; texts go over as UTF-8."""
    given = _arguments(f"firebird+firebird://{url}")
    assert (given["database"], given["charset"]) == (database, charset)


def test_firebird_without_its_library_is_told_in_advance(monkeypatch: pytest.MonkeyPatch) -> None:
    """F-40: the sentence names what to install."""
    monkeypatch.setattr("shared.netgenium.database.firebird.has_api", lambda: False)
    monkeypatch.setattr("shared.netgenium.database.firebird.find_library", lambda _name: None)
    with pytest.raises(ConfigurationError, match="apt-get install libfbclient2") as caught:
        open_database("firebird+firebird://crm:geheim@h//erp.fdb")
    assert "geheim" not in str(caught.value)


def test_firebird_is_known_by_its_dialect() -> None:
    """NG-9: the dialect's name has the driver in it."""
    assert is_firebird(make_url("firebird+firebird://").get_dialect()())
    assert not is_firebird(make_url("sqlite://").get_dialect()())
