"""Variables by which a database's client library would be told more than the address says. Pure.

libpq, Firebird's client, and the libraries of SQL Server fill in from the environment what an
address leaves out: another server, another user, no TLS, a library of somebody's own. Then what
`NETGENIUM_DATABASE_URL` is checked for would not be what happens (INV-11).
"""

import re
from collections.abc import Iterable

from shared.settings.server_urls import read_server_url

_READ = {
    "postgresql": re.compile(r"PG[A-Z]+(_TIMEOUT)?"),
    "firebird": re.compile(r"FIREBIRD(_\w+)?|ISC_\w+"),
    "mssql": re.compile(r"ODBC\w*|FREETDS\w*|TDS\w*|DSQUERY"),
}
"""Names by their kind: a newer library reads further ones."""

_HARMLESS = frozenset(
    (
        *("PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATA", "PGLOCALEDIR"),
        *("FIREBIRD_LOCK", "FIREBIRD_TMP"),
    )
)
"""What says neither where the database is, nor as whom and how it is reached, or is set by us."""


def client_variables(url: str, names: Iterable[str]) -> list[str]:
    """List those of `names` that the library behind the address `url` would follow, in order."""
    found = read_server_url(url)
    read = _READ.get(found.backend) if found else None
    if read is None:
        return []
    return sorted(name for name in names if read.fullmatch(name) and name not in _HARMLESS)
