"""Requests and answers as the parts of the double hand them on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]

_PREFERENCE = re.compile(r'([\w.\-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))')


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the header `Prefer` asks for.

    Attributes:
        zone: Name of the zone that times are wanted in; None for UTC.
        text: Whether bodies are wanted as plain text.
        page_size: Items per page; None for the service's choice.
        immutable: Whether ids are wanted in the form that survives a move.
    """

    zone: str | None = None
    text: bool = False
    page_size: int | None = None
    immutable: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Attributes:
        path: Decoded segments after the version, as `("users", "a@b.cz", "events")`.
        query: Decoded parameters.
        headers: With names in lower case.
        body: The JSON object sent, or an empty one.
        status: What was answered; 0 if the connection was cut instead.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    status: int = 0

    @property
    def where(self) -> str:
        """The path as one text, as `/users/a@b.cz/events`."""
        return "".join(f"/{segment}" for segment in self.path)

    @property
    def preferences(self) -> Preferences:
        """Return what `Prefer` asks for."""
        found = {
            name.lower(): quoted or bare
            for name, quoted, bare in _PREFERENCE.findall(self.headers.get("prefer", ""))
        }
        size = found.get("odata.maxpagesize")
        return Preferences(
            zone=found.get("outlook.timezone"),
            text=found.get("outlook.body-content-type") == "text",
            page_size=int(size) if size else None,
            immutable=found.get("idtype", "").lower() == "immutableid",
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `raw` replaces the JSON of `body`."""

    status: int = HTTPStatus.OK
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


class RefusalError(Exception):
    """The service refuses a request, in Graph's own words."""

    def __init__(
        self, status: int, code: str, message: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        """Take HTTP status, Graph's code and its sentence."""
        super().__init__(message or code)
        self.status, self.code, self.headers = status, code, dict(headers or {})

    @property
    def reply(self) -> Reply:
        """Return the refusal as an answer."""
        return Reply(
            self.status, {"error": {"code": self.code, "message": str(self)}}, self.headers
        )


def not_found() -> RefusalError:
    """Return the refusal of an item's id that is not there."""
    message = "The specified object was not found in the store."
    return RefusalError(HTTPStatus.NOT_FOUND, "ErrorItemNotFound", message)


def bad_request(code: str, message: str) -> RefusalError:
    """Return the refusal of a request that cannot be understood."""
    return RefusalError(HTTPStatus.BAD_REQUEST, code, message)
