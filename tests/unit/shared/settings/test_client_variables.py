"""Only the address says where the database is and how it is reached."""

import psycopg.pq
import pytest

from shared.errors import ConfigurationError
from shared.settings.client_variables import client_variables
from shared.settings.environment import Environment

URLS = {
    "postgresql": "postgresql+psycopg://crm:pw@db.firma.cz/erp?sslmode=verify-full",
    "firebird": "firebird+firebird://crm:pw@localhost//srv/erp.fdb",
    "mssql": "mssql+pyodbc://crm:pw@localhost/erp?driver=x&Encrypt=yes",
    "sqlite": "sqlite:////srv/crm/netgenium.db",
}


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        *(("postgresql", f"PG{name}") for name in ("HOST", "SERVICE", "HOSTADDR", "PASSFILE")),
        *(("postgresql", f"PG{name}") for name in ("SSLMODE", "SYSCONFDIR", "SERVICEFILE", "TZ")),
        ("postgresql", "PGNEWERTHANTHISTEST"),
        *(("firebird", name) for name in ("FIREBIRD", "ISC_PATH", "ISC_USER", "FIREBIRD_MSG")),
        *(("mssql", name) for name in ("ODBCINI", "ODBCSYSINI", "ODBCINSTINI", "FREETDSCONF")),
        *(("mssql", name) for name in ("TDSDUMP", "TDSHOST", "DSQUERY")),
    ],
)
def test_a_variable_that_adds_to_the_address_is_refused(backend: str, name: str) -> None:
    """INV-11: by its name, with what to do; its value is not repeated."""
    environ = {"NETGENIUM_DATABASE_URL": URLS[backend], name: "evil-value"}

    with pytest.raises(ConfigurationError) as raised:
        Environment.from_environ(environ)

    (problem,) = raised.value.problems
    assert name in problem.where
    assert "NETGENIUM_DATABASE_URL" in problem.remedy
    assert "evil-value" not in str(raised.value)


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ("postgresql", "PGDATA"),
        ("postgresql", "PG_VERSION"),
        ("postgresql", "PGCONNECT_TIMEOUT"),
        ("postgresql", "ISC_USER"),
        ("firebird", "FIREBIRD_TMP"),
        ("firebird", "PGHOST"),
        ("sqlite", "PGHOST"),
        ("sqlite", "FIREBIRD"),
    ],
)
def test_what_the_library_does_not_follow_may_be_set(backend: str, name: str) -> None:
    """INV-11: near misses - harmless ones, and those of other databases."""
    environ = {"NETGENIUM_DATABASE_URL": URLS[backend], name: "x"}

    assert Environment.from_environ(environ).database_url


def test_an_empty_variable_is_none() -> None:
    """INV-11: as libraries have it."""
    environ = {"NETGENIUM_DATABASE_URL": URLS["postgresql"], "PGHOST": ""}

    assert Environment.from_environ(environ).database_url


def test_everything_that_libpq_reads_is_known() -> None:
    """INV-11: of the library that is installed; what it takes from the environment by itself."""
    options = psycopg.pq.Conninfo.get_defaults()
    read = {one.envvar.decode() for one in options if one.envvar}

    harmless = {"PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT"}
    assert set(client_variables(URLS["postgresql"], read)) == read - harmless
