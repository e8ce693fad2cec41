"""Whether what goes to database and broker could be read, or answered by somebody else. Pure."""

from collections.abc import Sequence

from shared.settings.server_urls import ServerUrl, other_machines, read_server_url

ALL = "true"
"""Every host may be talked to in the clear."""

_ENCRYPTS = {"yes", "mandatory", "strict"}


def open_hosts(url: str) -> list[str]:
    """List the hosts of a database's or broker's address that are reached without verified TLS.

    This machine is none of them: `localhost`, loopback addresses, and sockets that are files.

    Args:
        url: As SQLAlchemy or AMQP have it. One that nobody can read has no hosts: whoever opens it,
            says what is wrong.
    """
    found = read_server_url(url)
    if found is None or _is_protected(found):
        return []
    return other_machines(found)


def allowed_hosts(value: str) -> tuple[str, ...]:
    """Read a list of hosts behind commas; `true` stands for all of them, `false` for none."""
    names = [name.strip().lower() for name in value.split(",")]
    return tuple(name for name in names if name and name != "false")


def not_allowed(url: str, allowed: Sequence[str]) -> list[str]:
    """List the open hosts of `url` that nobody has allowed."""
    return [] if ALL in allowed else [host for host in open_hosts(url) if host not in allowed]


def _is_protected(url: ServerUrl) -> bool:
    """Whether TLS proves who answers; of a word that is there twice each value has to ask for it.

    Which of several values counts, drivers decide differently.
    """
    match url.backend:
        case "sqlite" | "amqps":
            return True
        case "postgres":
            # No dialect of SQLAlchemy has that name: whoever opens it, says so.
            return True
        case "postgresql":
            return set(url.values("sslmode")) == {"verify-full"}
        case "mssql":
            encrypt, trusted = set(url.values("encrypt")), url.values("trustservercertificate")
            return bool(encrypt) and encrypt <= _ENCRYPTS and set(trusted) <= {"no"}
        case _:
            # Firebird encrypts, but knows no certificates.
            return False
