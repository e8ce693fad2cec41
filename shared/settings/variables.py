"""The one table of all environment variables: the reader, its hints and the docs follow it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from shared.contracts.said import said
from shared.settings.near_miss import nearest
from shared.settings.protection import allowed_hosts
from shared.settings.values import NotAllowedError, choice, is_windows_path, port, secret, text

_ENDS_THE_SERVER = re.compile(r"[/?#]")

PREFIXES = ("CRMSERVICE_", "NETGENIUM_")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; the same name with `_FILE` names a file that holds the value.

    Attributes:
        name: The variable.
        field: The field of `Environment` it fills.
        parse: Reads the value.
        default: What counts where it is not set, for the documentation.
        description: One line for the documentation.
        secret: Whether its value never appears anywhere.
    """

    name: str
    field: str
    parse: Callable[[str], object]
    default: str
    description: str
    secret: bool = False


def database_address(value: str) -> SecretStr:
    """Read a database URL, without blanks around it; what it names is checked where it is used."""
    value = value.strip()
    if "://" not in value:
        raise NotAllowedError(said("an SQLAlchemy URL as sqlite:////srv/crm/netgenium.db"))
    _one_at(value)
    return SecretStr(text(value))


def broker_address(value: str) -> SecretStr:
    """Read the address of RabbitMQ, without blanks around it."""
    value = value.strip()
    if not value.startswith(("amqp://", "amqps://")):
        raise NotAllowedError(said("an address that begins with amqp:// or amqps://"))
    _one_at(value)
    _no_end_within_a_password(value)
    return SecretStr(text(value))


def _no_end_within_a_password(address: str) -> None:
    """Refuse what ends the server's name too early: the user's name would be taken for it."""
    _server, *rest = _ENDS_THE_SERVER.split(address.partition("://")[2], maxsplit=1)
    if "#" in address or "@" in "".join(rest):
        raise NotAllowedError(
            said(
                "an address whose name, password and virtual host have %23 for a #, %2F for a /, "
                "%3F for a ? and %40 for an @"
            )
        )


def _one_at(address: str) -> None:
    """Refuse a password with an @ in it: what follows it would be shown as the server's name."""
    place = address.partition("://")[2].partition("?")[0]
    if not place.startswith("/") and place.count("@") > 1:
        raise NotAllowedError(said("an address whose name and password have %40 for an @"))


def path(value: str) -> Path:
    """Read a path; a relative one is one below the working directory."""
    if is_windows_path(value):
        raise NotAllowedError(said("a path of this machine, not one of Windows"))
    return Path(text(value)).absolute()


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "NETGENIUM_DATABASE_URL",
        "database_url",
        database_address,
        "sqlite:///<CRMSERVICE_DATA>/netgenium.db",
        "Database of NET Genium, an SQLAlchemy URL.",
        secret=True,
    ),
    Variable(
        "NETGENIUM_MAPPING",
        "mapping",
        path,
        "the reference mapping",
        "File that maps our names to tables and columns of the ERP.",
    ),
    Variable(
        "CRMSERVICE_DATA",
        "data",
        path,
        "./data",
        "Folder of the backups, the legacy log and the default database.",
    ),
    Variable(
        "RABBITMQ_URL",
        "rabbitmq_url",
        broker_address,
        "none: everything in one process",
        "Address of RabbitMQ, `amqp://` or `amqps://`.",
        secret=True,
    ),
    Variable(
        "RABBITMQ_CA_FILE",
        "rabbitmq_ca_file",
        path,
        "the system's authorities",
        "PEM bundle that replaces the system's for `amqps://`: a private authority.",
    ),
    Variable(
        "CRMSERVICE_INSECURE",
        "insecure",
        allowed_hosts,
        "none",
        "Hosts that database or broker may be reached on without verified TLS, with commas between"
        " them; `true`: all. This machine needs no mention.",
    ),
    Variable(
        "METRICS_PORT",
        "metrics_port",
        port,
        "none: no metrics",
        "TCP port of metrics and health.",
    ),
    Variable(
        "METRICS_ADDRESS",
        "metrics_address",
        text,
        "127.0.0.1",
        "Address that metrics and health listen on; in a container `0.0.0.0`.",
    ),
    Variable(
        "CRMSERVICE_SECRET",
        "secret",
        secret,
        "the file `secret` in <CRMSERVICE_DATA>, made by init-db",
        "Secret of the installation: signs the mail that the service sends, and recognises it.",
        secret=True,
    ),
    Variable(
        "CRMSERVICE_LOG_LEVEL",
        "log_level",
        choice("debug", "info", "warning", "error"),
        "the command decides",
        "Least level that is logged: `debug`, `info`, `warning` or `error`.",
    ),
    Variable(
        "CRMSERVICE_LOG_FORMAT",
        "log_format",
        choice("auto", "json", "console"),
        "auto",
        "Form of the log: `json`, `console`, or `auto`: console on a terminal, else JSON.",
    ),
    Variable(
        "NO_COLOR",
        "no_color",
        bool,
        "colours on a terminal",
        "Any value: a terminal gets no codes, neither colours nor others (no-color.org).",
    ),
)


def meant_by(name: str) -> str | None:
    """Return our variable that an unknown one with our prefix was meant to be, or None."""
    prefix = next((each for each in PREFIXES if name.upper().startswith(each)), None)
    known = {f"{variable.name}{end}" for variable in VARIABLES for end in ("", "_FILE")}
    if prefix is None or name in known:
        return None
    # The prefix is shared by all, so only what follows it is compared.
    short = {_without_prefix(each): each for each in sorted(known)}
    meant = nearest(name[len(prefix) :], short)
    return short[meant] if meant else None


def _without_prefix(name: str) -> str:
    return next((name[len(each) :] for each in PREFIXES if name.startswith(each)), name)
