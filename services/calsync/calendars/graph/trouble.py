"""Exceptions of the SDK and its HTTP client, in our own words: theirs may quote what was sent."""

import ssl
from datetime import UTC, datetime

import httpx
from kiota_abstractions.api_error import APIError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from services.calsync.calendars.graph.refusals import GraphRefusal
from services.calsync.calendars.graph.rights import NEEDED
from shared.errors import AwayError, TransientError
from shared.oauth.http import retry_after

PART = "graph"


def refusal_of(error: APIError, host: str, rights: frozenset[str] | None) -> GraphRefusal:
    """Return what a refused request was answered."""
    headers = {name.lower(): value for name, value in (error.response_headers or {}).items()}
    code = error.error.code if isinstance(error, ODataError) and error.error else None
    return GraphRefusal(
        host,
        error.response_status_code or 0,
        code or "",
        retry_after(headers.get("retry-after"), datetime.now(UTC)),
        None if rights is None else rights >= NEEDED,
    )


def lost(error: httpx.HTTPError | TimeoutError, host: str) -> TransientError:
    """Return what a failure on the way means: unreachable, or no answer to this request."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _unreachable(error, host)
    return TransientError(
        f"{host} did not answer a request ({type(error).__name__}); it is asked again later"
    )


def unreadable(host: str) -> TransientError:
    """Return that an answer cannot be understood."""
    return TransientError(
        f"{host} answered with something that is not what Microsoft Graph promises: check graphUrl "
        "and what stands in between"
    )


def _unreachable(error: httpx.HTTPError, host: str) -> AwayError:
    if _is_tls(error):
        return AwayError(
            f"TLS with {host} failed, nothing was sent: check its certificate, the clock of this "
            "machine, what stands in between, and caFile",
            PART,
        )
    return AwayError(
        f"{host} cannot be reached ({type(error).__name__}): check network, DNS and firewall", PART
    )


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
