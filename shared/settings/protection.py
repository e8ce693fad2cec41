"""Whether what goes to database and broker could be read, or answered by somebody else. Pure."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

ALL = "true"
"""Every host may be talked to in the clear."""


def open_hosts(url: str) -> list[str]:
    """List the hosts of a database's or broker's address that are reached without verified TLS.

    This machine is none of them: `localhost`, loopback addresses, and sockets that are files.

    Args:
        url: As SQLAlchemy or AMQP have it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        # Whoever opens it, says what is wrong.
        return []
    backend = parts.scheme.partition("+")[0]
    if backend == "sqlite" or _is_protected(backend, parts):
        return []
    return sorted({host for host in _hosts(parts) if not _is_here(host)})


def allowed_hosts(value: str) -> tuple[str, ...]:
    """Read a list of hosts behind commas; `true` stands for all of them, `false` for none."""
    names = [name.strip().lower() for name in value.split(",")]
    return tuple(name for name in names if name and name != "false")


def not_allowed(url: str, allowed: Sequence[str]) -> list[str]:
    """List the open hosts of `url` that nobody has allowed."""
    return [] if ALL in allowed else [host for host in open_hosts(url) if host not in allowed]


def _is_protected(backend: str, parts: SplitResult) -> bool:
    asked = {
        name.lower(): values[-1].lower()
        for name, values in parse_qs(parts.query, keep_blank_values=True).items()
    }
    match backend:
        case "amqps":
            return True
        case "postgres":
            # No dialect of SQLAlchemy has that name: whoever opens it, says so.
            return True
        case "postgresql":
            return asked.get("sslmode") == "verify-full"
        case "mssql":
            words = asked | _odbc_words(asked.get("odbc_connect", ""))
            encrypts = words.get("encrypt") in {"yes", "mandatory", "strict"}
            return encrypts and words.get("trustservercertificate", "no") == "no"
        case _:
            # Firebird encrypts, but knows no certificates.
            return False


def _odbc_words(text: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _hosts(parts: SplitResult) -> Iterator[str]:
    """Yield every host that is named, before the path or, as PostgreSQL has it, in the query."""
    yield (parts.hostname or "").lower()
    query = parse_qs(parts.query)
    for value in query.get("host", []):
        for host in value.split(","):
            yield host.rpartition(":")[0].lower() or host.lower()
    for value in query.get("odbc_connect", []):
        server = _odbc_words(unquote(value).lower()).get("server", "")
        yield server.removeprefix("tcp:").partition(",")[0].partition("\\")[0]


def _is_here(host: str) -> bool:
    if not host or host.startswith("/") or host in {"localhost", ".", "(local)"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
