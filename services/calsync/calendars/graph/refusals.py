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
_CONSENT = (
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
        return CursorLostError(f"{refusal.host} does not know the cursor ({refusal.name})")
    if refusal.status in _PASSING or refusal.status >= _SERVER_TROUBLE:
        return _wait(refusal)
    if refusal.status == UNAUTHORIZED:
        return CredentialsRefusedError(
            f"{refusal.host} refused the app's token ({refusal.name}): check that the app in "
            "MicrosoftOAuth.json belongs to this tenant and is enabled"
        )
    if refusal.status in (FORBIDDEN, NOT_FOUND) or code in _ACCOUNT_GONE:
        return _closed(refusal, code, writing=writing)
    if refusal.status == _PRECONDITION_FAILED or code in _CHANGED:
        return ItemChangedError(f"The event has changed meanwhile ({refusal.name})")
    return _unwanted(refusal, writing=writing)


def _wait(refusal: GraphRefusal) -> TransientError:
    return TransientError(
        f"{refusal.host} asks to wait ({refusal.name}); it is asked again later",
        retry_after_seconds=refusal.wait_seconds,
    )


def _closed(refusal: GraphRefusal, code: str, *, writing: bool) -> CRMServiceError:
    if refusal.status == NOT_FOUND and code in _ITEM_GONE:
        return ItemGoneError(f"The event does not exist ({refusal.name})")
    if code in _ACCOUNT_GONE:
        return MailboxRefusedError(
            f"The account does not exist any more ({refusal.name})", gone=True
        )
    if code in _NO_MAILBOX:
        return MailboxRefusedError(
            f"The account has no mailbox in Exchange Online ({refusal.name}): check its licence"
        )
    if code in _NO_RIGHT or (refusal.status == FORBIDDEN and refusal.has_rights is False):
        return CredentialsRefusedError(f"The consent is missing ({refusal.name}): {_CONSENT}")
    if refusal.status == FORBIDDEN and code:
        return _forbidden(refusal, code, writing=writing)
    # Graph's word for it is missing or unknown: nothing is proved.
    return _unwanted(refusal, writing=False)


def _forbidden(refusal: GraphRefusal, code: str, *, writing: bool) -> CRMServiceError:
    if writing and code != "erroraccessdenied":
        return ItemRefusedError(f"The event cannot be written ({refusal.name})", refusal.code)
    return MailboxRefusedError(
        f"The calendar is closed to the app ({refusal.name}): check the application access policy "
        "in Exchange Online"
    )


def _unwanted(refusal: GraphRefusal, *, writing: bool) -> CRMServiceError:
    understood = bool(refusal.code) and _BAD_REQUEST <= refusal.status < _SERVER_TROUBLE
    if writing and understood:
        return ItemRefusedError(f"The event cannot be written so ({refusal.name})", refusal.code)
    return TransientError(
        f"{refusal.host} does not answer as Microsoft Graph does ({refusal.name}): check graphUrl "
        "and what stands in between"
    )
