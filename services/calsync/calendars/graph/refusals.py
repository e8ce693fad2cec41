"""What Microsoft Graph's refusals mean, in the errors of the port. Pure.

A 404 proves the end of an item only with an item's code: what answers may be a proxy, or say that
the mailbox is not there (K-7).
"""

import re
from dataclasses import dataclass

from services.calsync.calendars.port import (
    CursorLostError,
    ItemChangedError,
    ItemGoneError,
    ItemRefusedError,
    MailboxRefusedError,
)
from shared.contracts.said import said
from shared.errors import CredentialsRefusedError, CRMServiceError, TransientError

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE = 401, 403, 404, 410
_CONFLICT, _PRECONDITION_FAILED, _LOCKED, _TOO_MANY, _SERVER_TROUBLE = 409, 412, 423, 429, 500
_BAD_REQUEST = 400
_PASSING = {408, _LOCKED, 425, _TOO_MANY}

_ITEM_GONE = {"erroritemnotfound"}
_ACCOUNT_GONE = {"request_resourcenotfound", "errorinvaliduser", "errornonexistentmailbox"}
_NO_MAILBOX = {
    "mailboxnotenabledforrestapi",
    "resourcenotfound",
    "mailboxnothostedonline",
    "mailboxnotsupportedforrestapi",
    "errormailboxstoreunavailable",
}
_NO_RIGHT = {"authorization_requestdenied", "authorization_identitynotfound"}
_TOKEN_LOST = {"syncstatenotfound", "resyncrequired", "invaliddeltatoken", "syncstateinvalid"}
_CHANGED = {"errorirresolvableconflict", "errorchangekeyrequiredforwriteoperations"}
_CODE = re.compile(r"[A-Za-z][\w.]{0,79}")
_CONSENT = said(
    "an administrator must grant the app Calendars.ReadWrite and User.Read.All and consent to them"
)


@dataclass(frozen=True, slots=True)
class GraphRefusal:
    """An answer that is not what was asked for.

    Attributes:
        host: Who answered.
        status: Of HTTP.
        code: Graph's own word for it; empty if what answered was not Graph.
        wait_seconds: How long it asks to wait.
        has_rights: Whether the token has the rights that are needed; None if it does not say.
    """

    host: str
    status: int
    code: str = ""
    wait_seconds: float | None = None
    has_rights: bool | None = None

    @property
    def name(self) -> str:
        """Return status and code for a message; a code that is no word is left out."""
        known = _CODE.fullmatch(self.code)
        return f"HTTP {self.status}, {self.code}" if known else f"HTTP {self.status}"


def error_for(refusal: GraphRefusal, *, writing: bool = False) -> CRMServiceError:
    """Return the port's error for a refusal; `writing` if an item was to be changed."""
    code = refusal.code.lower()
    if refusal.status == GONE or code in _TOKEN_LOST:
        return CursorLostError(
            said("{host} does not know the cursor ({name})", host=refusal.host, name=refusal.name)
        )
    if refusal.status in _PASSING or refusal.status >= _SERVER_TROUBLE:
        return _wait(refusal)
    if refusal.status == UNAUTHORIZED:
        return CredentialsRefusedError(
            said(
                "{host} refused the app's token ({name}): check that the app in "
                "MicrosoftOAuth.json belongs to this tenant and is enabled",
                host=refusal.host,
                name=refusal.name,
            )
        )
    if refusal.status in (FORBIDDEN, NOT_FOUND) or code in _ACCOUNT_GONE:
        return _closed(refusal, code, writing=writing)
    if refusal.status == _PRECONDITION_FAILED or code in _CHANGED:
        return ItemChangedError(said("The event has changed meanwhile ({name})", name=refusal.name))
    return _unwanted(refusal, writing=writing)


def _wait(refusal: GraphRefusal) -> TransientError:
    return TransientError(
        said(
            "{host} asks to wait ({name}); it is asked again later",
            host=refusal.host,
            name=refusal.name,
        ),
        retry_after_seconds=refusal.wait_seconds,
    )


def _closed(refusal: GraphRefusal, code: str, *, writing: bool) -> CRMServiceError:
    if refusal.status == NOT_FOUND and code in _ITEM_GONE:
        return ItemGoneError(said("The event does not exist ({name})", name=refusal.name))
    if code in _ACCOUNT_GONE:
        return MailboxRefusedError(
            said("The account does not exist any more ({name})", name=refusal.name), gone=True
        )
    if code in _NO_MAILBOX:
        return MailboxRefusedError(
            said(
                "The account has no mailbox in Exchange Online ({name}): check its licence",
                name=refusal.name,
            )
        )
    if code in _NO_RIGHT or (refusal.status == FORBIDDEN and refusal.has_rights is False):
        return CredentialsRefusedError(
            said("The consent is missing ({name}): {consent}", name=refusal.name, consent=_CONSENT)
        )
    if refusal.status == FORBIDDEN and code:
        return _forbidden(refusal, code, writing=writing)
    # Graph's word for it is missing or unknown: nothing is proved.
    return _unwanted(refusal, writing=False)


def _forbidden(refusal: GraphRefusal, code: str, *, writing: bool) -> CRMServiceError:
    if writing and code != "erroraccessdenied":
        return ItemRefusedError(
            said("The event cannot be written ({name})", name=refusal.name), refusal.code
        )
    return MailboxRefusedError(
        said(
            "The calendar is closed to the app ({name}): check the application access "
            "policy in Exchange Online",
            name=refusal.name,
        )
    )


def _unwanted(refusal: GraphRefusal, *, writing: bool) -> CRMServiceError:
    understood = bool(refusal.code) and _BAD_REQUEST <= refusal.status < _SERVER_TROUBLE
    if writing and understood:
        return ItemRefusedError(
            said("The event cannot be written so ({name})", name=refusal.name), refusal.code
        )
    return TransientError(
        said(
            "{host} does not answer as Microsoft Graph does ({name}): check graphUrl and "
            "what stands in between",
            host=refusal.host,
            name=refusal.name,
        )
    )
