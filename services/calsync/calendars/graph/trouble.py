"""Exceptions of the SDK and its HTTP client, in our own words: theirs may quote what was sent."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from kiota_abstractions.api_error import APIError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from services.calsync.calendars.graph.refusals import GraphRefusal
from services.calsync.calendars.graph.rights import NEEDED
from shared.contracts.said import said
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
        retry_after(headers.get("retry-after"), _time_there(headers)),
        None if rights is None else rights >= NEEDED,
    )


def _time_there(headers: Mapping[str, str]) -> datetime:
    """Return the server's own time, which its dates are meant by: our clock may be wrong."""
    try:
        found = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def lost(error: httpx.HTTPError | TimeoutError, host: str) -> TransientError:
    """Return what a failure on the way means: unreachable, or no answer to this request."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _unreachable(error, host)
    return TransientError(
        said(
            "{host} did not answer a request ({name}); it is asked again later",
            host=host,
            name=type(error).__name__,
        )
    )


def unreadable(host: str) -> TransientError:
    """Return that an answer cannot be understood."""
    return TransientError(
        said(
            "{host} answered with something that is not what Microsoft Graph promises: "
            "check graphUrl and what stands in between",
            host=host,
        )
    )


def _unreachable(error: httpx.HTTPError, host: str) -> AwayError:
    if _is_tls(error):
        return AwayError(
            said(
                "TLS with {host} failed, nothing was sent: check its certificate, the clock of "
                "this machine, what stands in between, and caFile",
                host=host,
            ),
            PART,
        )
    return AwayError(
        said(
            "{host} cannot be reached ({name}): check network, DNS and firewall",
            host=host,
            name=type(error).__name__,
        ),
        PART,
    )


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
