import pytest

from services.calsync.calendars.graph.refusals import GraphRefusal, error_for
from services.calsync.calendars.port import (
    CursorLostError,
    ItemChangedError,
    ItemGoneError,
    ItemRefusedError,
    MailboxRefusedError,
)
from shared.errors import CredentialsRefusedError, CRMServiceError, TransientError

HOST = "graph.example"


@pytest.mark.parametrize(
    ("status", "code", "reading", "writing"),
    [
        (400, "ErrorPropertyValidationFailure", TransientError, ItemRefusedError),
        (400, "InvalidDeltaToken", CursorLostError, CursorLostError),
        (400, "ErrorInvalidUser", MailboxRefusedError, MailboxRefusedError),
        (400, "", TransientError, TransientError),
        (302, "", TransientError, TransientError),
        (401, "InvalidAuthenticationToken", CredentialsRefusedError, CredentialsRefusedError),
        (403, "Authorization_RequestDenied", CredentialsRefusedError, CredentialsRefusedError),
        (403, "ErrorAccessDenied", MailboxRefusedError, MailboxRefusedError),
        (403, "ErrorCannotDeleteObject", MailboxRefusedError, ItemRefusedError),
        (403, "", TransientError, TransientError),
        (404, "ErrorItemNotFound", ItemGoneError, ItemGoneError),
        (404, "MailboxNotEnabledForRESTAPI", MailboxRefusedError, MailboxRefusedError),
        (404, "Request_ResourceNotFound", MailboxRefusedError, MailboxRefusedError),
        (404, "SomethingNew", TransientError, TransientError),
        (404, "", TransientError, TransientError),
        (409, "ErrorDuplicateTransactionId", TransientError, ItemRefusedError),
        (409, "ErrorIrresolvableConflict", ItemChangedError, ItemChangedError),
        (410, "", CursorLostError, CursorLostError),
        (412, "", ItemChangedError, ItemChangedError),
        (429, "ApplicationThrottled", TransientError, TransientError),
        (503, "ErrorItemNotFound", TransientError, TransientError),
    ],
)
def test_each_refusal_has_its_meaning(
    status: int, code: str, reading: type[CRMServiceError], writing: type[CRMServiceError]
) -> None:
    """K-7: what proves something, what concerns one item, one user, or everybody."""
    refusal = GraphRefusal(HOST, status, code)

    assert type(error_for(refusal)) is reading
    assert type(error_for(refusal, writing=True)) is writing


def test_a_missing_right_is_told_from_a_closed_mailbox() -> None:
    """K-1: one status and code; whether the token has the rights tells which it is."""
    closed, missing = (
        GraphRefusal(HOST, 403, "ErrorAccessDenied", has_rights=one) for one in (True, False)
    )

    assert type(error_for(closed)) is MailboxRefusedError
    assert type(error_for(missing)) is CredentialsRefusedError


def test_a_message_shows_words_alone() -> None:
    """K-7: a code that is no word may be anything, so it is not shown."""
    sentence = str(error_for(GraphRefusal(HOST, 404, "<script>Subject of a mail</script>")))

    assert "script" not in sentence
    assert "HTTP 404" in sentence
