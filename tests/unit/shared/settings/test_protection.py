"""Database and broker are reached by verified TLS, on this machine, or by leave."""

import pytest
from sqlalchemy import make_url

from shared.errors import ConfigurationError
from shared.settings.environment import Environment
from shared.settings.protection import open_hosts
from shared.settings.server_urls import read_server_url

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
        "amqps://rabbit.firma.cz/crm?verify=verify_none",
        "postgresql+psycopg://u@db/d?sslmode=verify-full&hostaddr=10.0.0.5",
        "postgresql+psycopg://localhost/d?hostaddr=127.0.0.1",
        "postgresql+psycopg:///d?host=@abstract",
        "postgresql+psycopg:///d?host=[::1]:5432&host=::1",
        "firebird+firebird://u:p@localhost/C:/erp.fdb",
        "firebird+firebird:///erp",
        "mssql+pyodbc:///?odbc_connect=Server%3Dlocalhost%5CSQLEXPRESS%2C1433",
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
        ("postgresql+psycopg://localhost/d?hostaddr=10.0.0.5", ["10.0.0.5"]),
        ("postgresql+psycopg:///d?host=/run/pg&hostaddr=::1,10.0.0.5", ["10.0.0.5"]),
        ("postgresql+psycopg://localhost,db/d", ["db"]),
        ("postgresql+psycopg:///d?service=ERP", ["service erp"]),
        ("postgresql+psycopg:///d?conninfo=host%3Ddb", ["conninfo host=db"]),
        ("postgresql+psycopg2:///?dsn=host%3Ddb", ["dsn host=db"]),
        ("postgresql+psycopg://localhost#@db/d", ["db"]),
        ("postgresql+psycopg://localhost?@db/d", ["db"]),
        ("postgresql+psycopg://u:p%23?#@db/d", ["db"]),
        ("postgresql+psycopg://db/d?sslmode=prefer&sslmode=verify-full", ["db"]),
        ("mssql+pyodbc://u:p@db/d?Encrypt=yes&TrustServerCertificate=yes", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=Server%3Dtcp%3Adb%2C1433%3BUID%3Du", ["db"]),
        ("mssql+pymssql://u:p@db/d", ["db"]),
        ("mssql+pymssql://localhost/d?server=db", ["db"]),
        ("mssql+pyodbc://db/d?Encrypt=yes&encrypt=optional", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=Server%3Ddb%3BServer%3D.", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=Addr%3D%7Bdb%7D", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=Server%3D.%3BFailover_Partner%3Ddb", ["db"]),
        ("mssql+pyodbc:///?odbc_connect=DSN%3Derp", ["dsn erp"]),
        ("mssql+pyodbc:///?odbc_connect=Database%3Derp", ["odbc_connect"]),
        ("mssql+pyodbc://localhost", ["dsn localhost"]),
        ("mssql+pyodbc:///?odbc_connect=Server%3Dnp%3A%5C%5Cdb%5Cpipe", ["np:"]),
        ("firebird+firebird:///db:/srv/erp.fdb", ["db"]),
        ("firebird+firebird:///DB/3050:erp", ["db"]),
        ("firebird+firebird:///inet://db/erp", ["db"]),
        ("firebird+firebird:///%5C%5Cdb%5Cerp", ["db"]),
        ("firebird+firebird://localhost/erp?database=db:/srv/erp.fdb", ["db"]),
        ("firebird+firebird://u:p@erp.firma.cz:3050/srv/erp.fdb", ["erp.firma.cz"]),
        ("amqp://u:p@10.0.0.5/crm", ["10.0.0.5"]),
        ("amqp://u:p@localhost.firma.cz/", ["localhost.firma.cz"]),
    ],
)
def test_somebody_may_stand_between(url: str, hosts: list[str]) -> None:
    """INV-11: a network, where nothing proves who answers."""
    assert open_hosts(url) == hosts


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:p@db.firma.cz:5432/d?sslmode=require",
        "postgresql+psycopg://localhost#@db/d",
        "postgresql+psycopg://localhost:a?b#c/d@db/d",
        "postgresql+psycopg://u@[::1]:5432/d",
        "postgresql+psycopg://\tdb/d",
        "mssql+pymssql://u:p%40@db\\x/d?a=b#c",
        "firebird+firebird://db/C:/erp.fdb?charset=UTF8",
    ],
)
def test_the_host_is_the_one_that_the_library_connects_to(url: str) -> None:
    """INV-11: whatever characters are in name and password, no other reading hides a host."""
    ours, theirs = read_server_url(url), make_url(url)

    assert ours is not None
    assert (ours.host, ours.path) == (theirs.host, theirs.database)


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
