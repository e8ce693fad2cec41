"""Database and broker are reached by verified TLS, on this machine, or by leave."""

import pytest

from shared.errors import ConfigurationError
from shared.settings.environment import Environment
from shared.settings.protection import open_hosts

DATABASE, BROKER = "NETGENIUM_DATABASE_URL", "RABBITMQ_URL"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/crm/netgenium.db",
        "postgresql+psycopg://u:p@localhost/d",
        "postgresql+psycopg://u:p@127.0.0.1:5432/d?sslmode=disable",
        "postgresql+psycopg://u:p@[::1]/d",
        "postgresql+psycopg:///d?host=/run/postgresql",
        "postgresql+psycopg://u:p@db.firma.cz/d?sslmode=verify-full",
        "mssql+pyodbc://u:p@db.firma.cz/d?driver=ODBC+Driver+18&Encrypt=yes",
        "mssql+pyodbc:///?odbc_connect=Server%3Ddb%3BEncrypt%3Dstrict",
        "firebird+firebird://u:p@localhost/srv/erp.fdb",
        "amqps://u:p@rabbit.firma.cz/crm",
        "amqp://u:p@localhost:5672/crm",
        "no address [at all",
    ],
)
def test_nobody_stands_between(url: str) -> None:
    """INV-11: this machine, and TLS that proves who answers."""
    assert open_hosts(url) == []


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql+psycopg://u:p@DB.firma.cz/d", ["db.firma.cz"]),
        ("postgresql+psycopg://u:p@db/d?sslmode=require", ["db"]),
        ("postgresql+psycopg://u:p@db/d?sslmode=verify-full&sslmode=prefer", ["db"]),
        ("postgresql+psycopg://u:p@/d?host=localhost:5432&host=b:5432", ["b"]),
        ("postgresql+psycopg:///d?host=a,b", ["a", "b"]),
        ("mssql+pyodbc://u:p@db/d?Encrypt=yes&TrustServerCertificate=yes", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=Server%3Dtcp%3Adb%2C1433%3BUID%3Du", ["db"]),
        ("mssql+pymssql://u:p@db/d", ["db"]),
        ("firebird+firebird://u:p@erp.firma.cz:3050/srv/erp.fdb", ["erp.firma.cz"]),
        ("amqp://u:p@10.0.0.5/crm", ["10.0.0.5"]),
        ("amqp://u:p@localhost.firma.cz/", ["localhost.firma.cz"]),
    ],
)
def test_somebody_may_stand_between(url: str, hosts: list[str]) -> None:
    """INV-11: a network, where nothing proves who answers."""
    assert open_hosts(url) == hosts


def test_an_open_way_is_refused_at_the_start_with_what_to_do() -> None:
    """INV-11: both at once, and neither name nor password is told."""
    ways = {DATABASE: "postgresql+psycopg://crm:heslo@db/ng", BROKER: "amqp://crm:heslo@mq/"}

    with pytest.raises(ConfigurationError) as refused:
        Environment.from_environ(ways)

    told = str(refused.value)
    assert all(word in told for word in (DATABASE, BROKER, "verify-full", "amqps://"))
    assert "heslo" not in told


@pytest.mark.parametrize("allowed", ["db, MQ", "true"])
def test_an_open_way_can_be_allowed(allowed: str) -> None:
    """INV-11: host by host, or all; `check` asks for what is open nevertheless."""
    ways = {DATABASE: "postgresql+psycopg://crm@db/ng", BROKER: "amqp://mq/"}

    environment = Environment.from_environ(ways | {"CRMSERVICE_INSECURE": allowed})

    assert environment.open_ways == {DATABASE: ["db"], BROKER: ["mq"]}


def test_leave_for_one_host_is_none_for_another() -> None:
    """INV-11: what nobody has allowed is refused."""
    with pytest.raises(ConfigurationError, match="mq"):
        Environment.from_environ({BROKER: "amqp://mq/", "CRMSERVICE_INSECURE": "db, false"})
