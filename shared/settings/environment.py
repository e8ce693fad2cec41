"""The settings of a service from its environment: the only module that reads `os.environ`."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, SecretStr

from shared.contracts.said import Said, said
from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.client_variables import client_variables
from shared.settings.near_miss import quoted
from shared.settings.protection import not_allowed, open_hosts
from shared.settings.reading import UnreadableError, read_small_file
from shared.settings.values import NotAllowedError
from shared.settings.variables import VARIABLES, Variable, meant_by

_TO_SERVERS = (
    (
        "NETGENIUM_DATABASE_URL",
        "database_url",
        "ask for it: sslmode=verify-full (PostgreSQL), Encrypt=yes (SQL Server), else a tunnel",
    ),
    ("RABBITMQ_URL", "rabbitmq_url", "let it begin with amqps://"),
)
"""Variable, field, and what to do where the way there is open."""

_LIMIT_BYTES = 64 * 1024
_FILE = "_FILE"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides (POSIX)."""


class Environment(BaseModel):
    """What the environment says; `docs/configuration.md` explains every variable.

    Attributes:
        database_url: SQLAlchemy URL of the ERP's database.
        mapping: File of the mapping, absolute; None is the reference mapping.
        data: Data folder, absolute.
        rabbitmq_url: Address of the broker; None: everything runs in one process.
        rabbitmq_ca_file: Authorities for the broker's certificate; None: the system's.
        insecure: Hosts that may be reached without verified TLS; `true`: all.
        metrics_address: Address that metrics and health listen on.
        metrics_port: Port of metrics and health; None: neither.
        secret: Secret of the installation; None: the file in the data folder counts.
        log_level: Least level that is logged; None: the command decides.
        log_format: `auto` is console on a terminal, else JSON.
        no_color: Whether a terminal gets no codes, neither colours nor others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr
    mapping: Path | None = None
    data: Path
    rabbitmq_url: SecretStr | None = None
    rabbitmq_ca_file: Path | None = None
    insecure: tuple[str, ...] = ()
    metrics_address: str = "127.0.0.1"
    metrics_port: int | None = None
    secret: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] | None = None
    log_format: Literal["auto", "json", "console"] = "auto"
    no_color: bool = False

    @property
    def open_ways(self) -> dict[str, list[str]]:
        """Hosts that are reached without verified TLS, by the variable that names them."""
        addresses = {"NETGENIUM_DATABASE_URL": self.database_url, "RABBITMQ_URL": self.rabbitmq_url}
        found = {
            name: open_hosts(address.get_secret_value())
            for name, address in addresses.items()
            if address
        }
        return {name: hosts for name, hosts in found.items() if hosts}

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Build from `environ`; reads the files that `<NAME>_FILE` variables name, nothing else.

        Raises:
            ConfigurationError: With every problem found.
        """
        problems = _misspelt(environ)
        fields: dict[str, object] = {}
        for variable in VARIABLES:
            try:
                value = _value(variable, environ)
            except _BadVariableError as error:
                problems.append(error.problem)
            else:
                if value is not None:
                    fields[variable.field] = value
        problems += _in_the_clear(fields)
        problems += _beside_the_address(fields, environ)
        if problems:
            raise ConfigurationError(problems)
        data = fields.setdefault("data", Path("data").absolute())
        fields.setdefault("database_url", SecretStr(f"sqlite:///{data}/netgenium.db"))
        return cls.model_validate(fields)


def read_environment() -> Environment:
    """Read the environment of this process.

    Raises:
        ConfigurationError: With every problem found.
    """
    return Environment.from_environ(os.environ)


def system_locale() -> str:
    """Return the locale of the system's messages, as `cs_CZ.UTF-8`; empty if none is set."""
    return next(filter(None, map(os.environ.get, _LOCALE)), "")


class _BadVariableError(Exception):
    """A variable that cannot be used; its text never holds the value of a secret one."""

    def __init__(self, name: str, what: Said, remedy: Said) -> None:
        super().__init__(what)
        self.problem = ConfigProblem(f"environment variable {name}", what, remedy)


def _misspelt(environ: Mapping[str, str]) -> list[ConfigProblem]:
    found = ((name, meant_by(name)) for name in sorted(environ))
    return [
        ConfigProblem(
            f"environment variable {name}",
            said("unknown variable"),
            said("Did you mean {meant}?", meant=meant),
        )
        for name, meant in found
        if meant
    ]


def _in_the_clear(fields: Mapping[str, object]) -> Iterator[ConfigProblem]:
    """Yield what would send passwords and mail through a network for others to read (INV-11)."""
    for name, field, remedy in _TO_SERVERS:
        address, allowed = fields.get(field), fields.get("insecure", ())
        if not isinstance(address, SecretStr) or not isinstance(allowed, tuple):
            continue
        for host in not_allowed(address.get_secret_value(), allowed):
            yield ConfigProblem(
                f"environment variable {name}",
                said("goes to {host} without verified TLS", host=host),
                said(
                    "{remedy}; or name {host} in CRMSERVICE_INSECURE if nobody else is between",
                    remedy=remedy,
                    host=host,
                ),
            )


def _beside_the_address(
    fields: Mapping[str, object], environ: Mapping[str, str]
) -> Iterator[ConfigProblem]:
    """Yield what would lead the database's client elsewhere than its address says (INV-11)."""
    address = fields.get("database_url")
    if not isinstance(address, SecretStr):
        return
    set_names = (name for name, value in environ.items() if value)
    for name in client_variables(address.get_secret_value(), set_names):
        yield ConfigProblem(
            f"environment variable {name}",
            said("would change where and how the database is reached"),
            said("Unset it for CRMService; what it says belongs in NETGENIUM_DATABASE_URL."),
        )


def _value(variable: Variable, environ: Mapping[str, str]) -> object:
    """Return the parsed value; None where the variable is not set or empty."""
    name, file_name = variable.name, variable.name + _FILE
    direct, file = environ.get(name), environ.get(file_name)
    if direct and file:
        remedy = said("Set only one of the two.")
        raise _BadVariableError(
            name, said("{file_name} is set as well", file_name=file_name), remedy
        )
    if file:
        return _parsed(variable, file_name, _content(file_name, file))
    return _parsed(variable, name, direct) if direct else None


def _content(name: str, file: str) -> str:
    """Return what is in the file, without a byte order mark and one line end behind it."""
    try:
        content = read_small_file(Path(file), _LIMIT_BYTES).decode("utf-8-sig")
    except UnreadableError as error:
        raise _BadVariableError(
            name, said("{file}: {error}", file=quoted(file), error=error), error.remedy
        ) from None
    except UnicodeDecodeError:
        remedy = said("Save it as UTF-8.")
        raise _BadVariableError(
            name, said("{file} is not text", file=quoted(file)), remedy
        ) from None
    value = content.removesuffix("\n").removesuffix("\r")
    if not value:
        raise _BadVariableError(
            name, said("{file} is empty", file=quoted(file)), said("Put the value into it.")
        )
    return value


def _parsed(variable: Variable, name: str, value: str) -> object:
    try:
        return variable.parse(value)
    except NotAllowedError as error:
        shown = said("the value") if variable.secret or not error.quotable else quoted(value)
        what = said("{value} is not allowed", value=shown)
        raise _BadVariableError(name, what, error.remedy) from None
