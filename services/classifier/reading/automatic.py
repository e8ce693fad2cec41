"""What kind of automatic mail a mail is, for the trace (RFC 3834, RFC 8098; H-23). Pure."""

from services.classifier.parse.bounce_marks import is_of_no_person
from services.classifier.parse.parsed_mail import ParsedMail
from shared.contracts.said import Said, said

_RECEIPT = "disposition-notification"


def kind_of_automatic(parsed: ParsedMail) -> Said | None:
    """What a program has sent, in words; None for a mail that a person wrote."""
    headers = parsed.headers
    report = headers.parameter("report-type", "content-type", []) or ""
    if headers.word("content-type") == "multipart/report" and report.lower() == _RECEIPT:
        return said("a receipt that a mail was read (RFC 8098)")
    if is_of_no_person(headers):
        return said("an automatic answer, or a mail system's mail (RFC 3834)")
    return said("sent by a program (RFC 3834)") if parsed.auto_submitted else None
