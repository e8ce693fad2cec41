"""The app that asks Microsoft's identity platform for tokens, as the ERP's file has it (ch. 7).

The file also serves the login of the ERP's users: `token_uri` may say `organizations`, so the
tenant is always the file's `tenant_id` (behaviour I-2).
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from shared.contracts.said import Said, said
from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.box import Box
from shared.settings.reading import UnreadableError, read_small_file

_FIELDS = ("client_id", "tenant_id", "token_uri", "client_secret")
_EXPIRES = "client_secret_expires"
_FILE_BYTES = 64 * 1024
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_MANY_TENANTS = ("common", "organizations", "consumers")


@dataclass(frozen=True, slots=True)
class App:
    """The app that asks for tokens.

    Attributes:
        file: Where it is.
        authority: Token server with the tenant, `https://login.microsoftonline.com/<tenant>`.
        expires: The last day of the secret, if the file says so (`client_secret_expires`).
    """

    file: Path
    client_id: str
    client_secret: SecretStr
    authority: str
    expires: date | None = None

    @property
    def server(self) -> str:
        """Name of the token server."""
        return urlsplit(self.authority).hostname or ""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as it was given, with its lifetime in seconds."""

    secret: SecretStr
    lifetime_seconds: float


def app_file(box: Box) -> Path:
    """Return where the app of a box stands (manual, chapter 7)."""
    return Path(box.root_path) / "Config" / "MicrosoftOAuth.json"


def read_app(file: Path) -> App:
    """Return the app in `file`.

    Raises:
        ConfigurationError: The file cannot be used; lists all that is wrong with it.
    """
    fields = _fields(file)
    problems = [
        ConfigProblem(str(file), said("{name} is missing or empty", name=name), _remedy(name))
        for name in _FIELDS
        if not fields.get(name)
    ]
    tenant, address = fields.get("tenant_id", ""), fields.get("token_uri", "")
    if tenant and (not _TENANT.fullmatch(tenant) or tenant.lower() in _MANY_TENANTS):
        problems.append(
            ConfigProblem(
                str(file), said("tenant_id is not one tenant"), said("Write the directory's ID.")
            )
        )
    origin = _origin(address)
    if address and origin is None:
        remedy = said("Write an https address without name and password.")
        problems.append(ConfigProblem(str(file), said("token_uri cannot be used"), remedy))
    expires, wrong = _expires(file, fields.get(_EXPIRES, ""))
    problems += wrong
    if problems or origin is None:
        raise ConfigurationError(problems)
    secret = SecretStr(fields["client_secret"])
    return App(file, fields["client_id"], secret, f"{origin}/{tenant}", expires)


def _expires(file: Path, text: str) -> tuple[date | None, list[ConfigProblem]]:
    try:
        return (date.fromisoformat(text) if text else None), []
    except ValueError:
        remedy = said("Write the secret's last day as 2027-05-31.")
        return None, [
            ConfigProblem(str(file), said("{expires} is not a date", expires=_EXPIRES), remedy)
        ]


def _remedy(name: str) -> Said:
    if name == "tenant_id":
        return said("Add the directory (tenant) ID beside client_id: mailboxes need it.")
    return said("Add it inside of web.")


def _fields(file: Path) -> dict[str, str]:
    """Return the texts inside of `web`, without blanks at their ends."""
    try:
        given = json.loads(read_small_file(file, _FILE_BYTES).decode("utf-8-sig"))
    except UnreadableError as error:
        raise ConfigurationError([ConfigProblem(str(file), error.what, error.remedy)]) from None
    except (ValueError, RecursionError):
        raise ConfigurationError(
            [ConfigProblem(str(file), said("this is not JSON in UTF-8"))]
        ) from None
    web = given.get("web") if isinstance(given, dict) else None
    if not isinstance(web, dict):
        what = said("there is no object web")
        raise ConfigurationError(
            [ConfigProblem(str(file), what, said("Write the app's fields into it."))]
        )
    return {name: value.strip() for name, value in web.items() if isinstance(value, str)}


def _origin(address: str) -> str | None:
    """Return scheme, host and port of an address that a secret may be sent to."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return None
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}" if port is None else f"https://{name}:{port}"
