"""What is needed to reach Microsoft Graph."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError

WORLD_WIDE = "https://graph.microsoft.com/v1.0"
_VERSION = "/v1.0"
_CLOUDS = {
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
}
"""Hosts of the national clouds, whose tokens are for themselves."""


@dataclass(frozen=True, slots=True)
class GraphAccess:
    """Where Microsoft Graph is, and how it may be asked.

    Attributes:
        url: The setting `graphUrl`, with its version.
        ca_file: A PEM bundle that proves it; None: the system's, which `SSL_CERT_FILE` names.
        concurrency: The most requests in flight, for all users together.
        zone: Where the company is: the days of all-day events are written in its zone.
    """

    url: str
    ca_file: Path | None
    concurrency: int
    zone: ZoneInfo

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return scheme, host and port, the only ones that a token is sent to."""
        return origin_of(self.url)

    @property
    def host(self) -> str:
        """Return the name for messages."""
        return self.origin[1]

    @property
    def scope(self) -> str:
        """Return what tokens are asked for."""
        host = self.host if self.host in _CLOUDS else "graph.microsoft.com"
        return f"https://{host}/.default"


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; empty where it has none.

    A name or password in it makes it another place than it seems to be, so it has none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "", "", 0
    if parts.scheme != "https" or "@" in parts.netloc:
        return "", "", 0
    return parts.scheme, (parts.hostname or "").lower(), port


def graph_url(written: str) -> str:
    """Return the address that `graphUrl` names, with a version if it names none.

    Raises:
        ConfigurationError: It is not an https address without name and password.
    """
    url = (written or WORLD_WIDE).rstrip("/")
    if not origin_of(url)[1]:
        remedy = said("Write an https address without name and password.")
        raise ConfigurationError(
            [ConfigProblem("graphUrl", said("{written} cannot be used", written=written), remedy)]
        )
    return url if urlsplit(url).path else url + _VERSION


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return TLS that trusts `ca_file`, or else the system's authorities.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        what = said(
            "caFile {ca_file} cannot be used: {reason}",
            ca_file=ca_file,
            reason=getattr(error, "strerror", None) or error,
        )
        raise ConfigurationError(
            [ConfigProblem("caFile", what, said("Name a file with certificates in PEM format."))]
        ) from None
