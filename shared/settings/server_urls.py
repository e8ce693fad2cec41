"""Which servers an address of a database or broker can lead to. Pure.

An address names a server at more places than one: drivers take it from the query, too, and some
from the path. Whatever is not understood is named, so that it counts as another machine.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

_SQLALCHEMY = re.compile(
    r"(?P<scheme>[\w+]+)://(?:[^:/]*(?::[^@]*)?@)?"
    r"(?:(?:\[(?P<ipv6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::[^/?]*)?)?"
    r"(?:/(?P<path>[^?]*))?(?:\?(?P<query>.*))?"
)
"""The grammar of SQLAlchemy's own addresses: other readers end a password with `#` elsewhere."""

_ALIASES = frozenset({"service", "conninfo", "dsn", "filedsn"})
"""Words whose value stands for a whole address that is written elsewhere."""

_ODBC_SERVERS = ("server", "address", "addr", "network address", "failover_partner")
_SERVERS = frozenset({"host", "hostaddr", *_ODBC_SERVERS})
_PORT = re.compile(r":\d*$")
_FIREBIRD_PLACE = re.compile(
    r"^(?:\w+://(?P<url>[^/]*)/|\\\\(?P<share>[^\\]+)\\|(?P<host>[^/:]{2,})(?:/\w+)?:)"
)
"""Firebird's ways to name a server in front of a database: `inet://a/b`, `\\\\a\\b`, `a/3050:b`."""


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """An address, as the library that opens it reads it.

    Attributes:
        backend: What is there, as `postgresql` or `amqps`.
        driver: The library, as `pyodbc`; empty where the address leaves it open.
        host: In lower case; empty where none is named before the path.
        path: What follows the host, decoded.
        words: Names (in lower case) and values of the query, and of an ODBC string within.
    """

    backend: str
    driver: str
    host: str
    path: str
    words: Sequence[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Return the values of a word of the query in lower case, however often it is there."""
        return [value.lower() for word, value in self.words if word == name]


def read_server_url(url: str) -> ServerUrl | None:
    """Take an address apart; None if it is none."""
    if url.lower().startswith("amqp"):
        try:
            parts = urlsplit(url)
            return ServerUrl(parts.scheme, "", (parts.hostname or "").lower(), "", ())
        except ValueError:
            return None
    found = _SQLALCHEMY.match(url)
    if not found:
        return None
    backend, _, driver = found["scheme"].lower().partition("+")
    host = (found["ipv6"] or found["host"] or "").lower()
    words = [(name.lower(), value) for name, value in parse_qsl(found["query"] or "")]
    inner = [pair for name, value in words if name == "odbc_connect" for pair in _odbc(value)]
    return ServerUrl(backend, driver, host, unquote(found["path"] or ""), (*words, *inner))


def other_machines(url: ServerUrl) -> list[str]:
    """List the servers that `url` names and that are not on this machine, in order."""
    return sorted({name for name in _named(url) if not _is_here(name)})


def _odbc(text: str) -> Iterator[tuple[str, str]]:
    for word in text.split(";"):
        name, _, value = word.partition("=")
        if name.strip():
            yield name.strip().lower(), value.strip().strip("{}")


def _named(url: ServerUrl) -> Iterator[str]:
    yield from url.host.split(",")
    words = set(dict(url.words))
    for name, value in url.words:
        if name in _ALIASES:
            yield f"{name} {value}".lower()
        elif name in _SERVERS:
            yield from _hosts(url.backend, value.lower())
    if url.backend == "mssql" and url.driver == "pyodbc":
        if "odbc_connect" in words and not words & {*_ODBC_SERVERS, *_ALIASES}:
            yield "odbc_connect"
        elif url.host and not url.path and "odbc_connect" not in words:
            # Without a database the driver takes the host for the name of a data source.
            yield f"dsn {url.host}"
    if url.backend == "firebird":
        for path in (url.path, *url.values("database")):
            if place := _FIREBIRD_PLACE.match(path):
                yield (place["url"] or place["share"] or place["host"] or "").lower()


def _hosts(backend: str, value: str) -> Iterator[str]:
    """Yield the hosts of one value, without protocol, port and instance."""
    if backend == "mssql":
        yield value.removeprefix("tcp:").partition(",")[0].partition("\\")[0]
        return
    for host in value.split(","):
        yield host if _is_address(host) else _PORT.sub("", host).strip("[]")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    """Whether it is this machine: itself by name or loopback, or a socket that is a file."""
    if not host or host.startswith(("/", "@")) or host in {"localhost", ".", "(local)"}:
        return True
    return _is_address(host) and ip_address(host).is_loopback
