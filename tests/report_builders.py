"""Builders for tests of bounces and complaints."""

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import FailedRecipient, Reports

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"

ORIGINAL = (
    "Return-Path: <obchod@firma.cz>\nFrom: Obchod <Obchod@Firma.cz>\nTo: jan@acme.example\n"
    "Message-ID: <nabidka-1@firma.cz>\nSubject: Nabidka\n\nDobry den, eva@firma.cz unknown\n"
)
"""A mail that came back."""


def a_recipient(*fields: str, final: str = "rfc822; jan@acme.example") -> str:
    """Fields of one recipient of a report."""
    return "\n".join((f"Final-Recipient: {final}", *fields, ""))


def a_report(
    *recipients: str,
    kind: str = "message/delivery-status",
    said: str = "Sorry.\n",
    original: str | None = ORIGINAL,
    sender: str = DAEMON,
    original_type: str = "message/rfc822",
) -> bytes:
    """A multipart/report whose machine part has these recipients."""
    status = "\n".join(("Reporting-MTA: dns; mx.example\n", *recipients))
    return _multipart(
        f"From: {sender}\nTo: obchod@firma.cz\nSubject: Undelivered Mail Returned to Sender\n"
        "Return-Path: <>\n",
        "multipart/report; report-type=delivery-status",
        ("text/plain", said),
        (kind, status),
        *([(original_type, original)] if original is not None else []),
    )


def a_complaint(
    report: str, original: str = ORIGINAL, subject: str = "complaint", kind: str = ""
) -> bytes:
    """A multipart/report with a feedback report."""
    return _multipart(
        f"From: fbl@provider.example\nTo: obchod@firma.cz\nSubject: {subject}\n",
        "multipart/report; report-type=feedback-report",
        ("text/plain", "This is an abuse report.\n"),
        (kind or "message/feedback-report", report),
        ("message/rfc822", original),
    )


def a_text(
    body: str,
    *,
    sender: str = DAEMON,
    subject: str = "Undelivered Mail Returned to Sender",
    path: str = "<>",
    more: str = "",
) -> bytes:
    """A bounce, or what looks like one, of plain text."""
    return (
        f"Return-Path: {path}\nFrom: {sender}\nTo: obchod@firma.cz\nSubject: {subject}\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}"
    ).encode()


def _multipart(head: str, content_type: str, *parts: tuple[str, str]) -> bytes:
    body = "".join(f"--xx\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return f"{head}Content-Type: {content_type}; boundary=xx\n\n{body}--xx--\n".encode()


def reports_of(raw: bytes) -> Reports:
    """What is reported in a mail."""
    return parse_mail(raw, "key").reports


def only(raw: bytes) -> FailedRecipient:
    """The one failure of a bounce."""
    (failure,) = reports_of(raw).failures
    return failure


def addresses(raw: bytes) -> list[str]:
    """Addresses of a bounce, in order."""
    return [failure.address for failure in reports_of(raw).failures]
