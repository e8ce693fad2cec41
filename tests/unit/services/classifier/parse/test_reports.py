import pytest

from services.classifier.parse.parsed_mail import Reports, Returned
from tests.report_builders import (
    ORIGINAL,
    a_complaint,
    a_recipient,
    a_report,
    a_text,
    addresses,
    only,
    reports_of,
)

FAILED = ("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 User unknown")


def test_the_machine_part_names_who_failed() -> None:
    """R-2, B-2: address, status and reason come from the per-recipient fields."""
    reports = reports_of(a_report(a_recipient(*FAILED)))
    (failure,) = reports.failures
    assert reports.source == "report"
    assert (failure.address, failure.status) == ("jan@acme.example", "5.1.1")
    assert failure.permanent
    assert failure.of_address
    assert failure.reason == "smtp; 550 5.1.1 User unknown"


def test_every_recipient_is_read_once_and_in_order() -> None:
    """B-2: several blocks give several failures, a repeated address one."""
    names = ("c@acme.example", "a@acme.example", "C@ACME.example", "b@acme.example")
    blocks = [a_recipient(*FAILED, final=f"rfc822;{name}") for name in names]
    assert addresses(a_report(*blocks)) == ["c@acme.example", "a@acme.example", "b@acme.example"]


def test_recipients_without_a_blank_line_between_them_are_told_apart() -> None:
    """B-2: a second Final-Recipient begins a new recipient."""
    block = a_recipient(*FAILED) + a_recipient(*FAILED, final="rfc822; eva@acme.example")
    assert addresses(a_report(block)) == ["jan@acme.example", "eva@acme.example"]


@pytest.mark.parametrize(
    ("final", "address"),
    [
        ("rfc822; Jan@Acme.Example", "jan@acme.example"),
        ("RFC822;<jan@acme.example>", "jan@acme.example"),
        ("jan@acme.example", "jan@acme.example"),
        ("utf-8; j\\x{E1}n@acme.example", "ján@acme.example"),
        ("rfc822; jan+40acme.example", "jan@acme.example"),
        ("rfc822; jan+nabidka@acme.example", "jan+nabidka@acme.example"),
        ("rfc822; jan@[192.0.2.1]", "jan@[192.0.2.1]"),
        ("rfc822; jan@server", "jan@server"),
        ("rfc822; jan@acme.example (Jan Novak)", "jan@acme.example"),
        ('rfc822; "jan novak"@acme.example', '"jan novak"@acme.example'),
        ("rfc822; @relay.example:jan@acme.example", "jan@acme.example"),
    ],
)
def test_addresses_are_read_however_they_are_typed(final: str, address: str) -> None:
    """B-2: type, case, brackets, xtext and utf-8 forms are undone."""
    assert only(a_report(a_recipient(*FAILED, final=final))).address == address


def test_the_original_recipient_stands_in() -> None:
    """B-2: a final recipient that is no address leaves the original one."""
    block = a_recipient("Original-Recipient: rfc822;eva@acme.example", *FAILED, final="LOCAL; jan")
    assert only(a_report(block)).address == "eva@acme.example"


@pytest.mark.parametrize("kind", ["message/global-delivery-status", "Message/Delivery-Status"])
def test_other_types_of_the_machine_part_are_read(kind: str) -> None:
    """R-2: also the internationalised form (RFC 6533)."""
    assert addresses(a_report(a_recipient(*FAILED), kind=kind)) == ["jan@acme.example"]


@pytest.mark.parametrize(
    "fields",
    [
        ("Action: delivered", "Status: 2.0.0"),
        ("Action: relayed", "Status: 2.1.5"),
        ("Action: expanded (to list members)", "Status: 2.1.5"),
        ("Status: 2.0.0",),
    ],
)
def test_a_report_of_success_is_no_bounce(fields: tuple[str, ...]) -> None:
    """R-2, H-23: delivered, relayed and expanded are no failures."""
    said = "The following address failed: petr@acme.example"
    assert reports_of(a_report(a_recipient(*fields), said=said)) == Reports()


def test_a_report_that_names_nobody_leaves_it_to_its_text() -> None:
    """B-2: a machine part without recipients is as none."""
    said = "Delivery to the following recipients failed permanently:\n\n   * jan@acme.example\n"
    reports = reports_of(a_report(said=said))
    assert [failure.address for failure in reports.failures] == ["jan@acme.example"]
    assert reports.source == "dialect"


def test_a_report_inside_an_attached_mail_is_not_this_mails() -> None:
    """H-23: somebody forwards a bounce as an attachment."""
    inner = a_report(a_recipient(*FAILED)).decode()
    raw = (
        "From: jan@acme.example\nSubject: look at this\n"
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\nWhy?\n"
        f"--outer\nContent-Type: message/rfc822\n\n{inner}\n--outer--\n"
    )
    assert reports_of(raw.encode()) == Reports()


def test_a_read_receipt_is_no_bounce() -> None:
    """H-23: a message disposition notification (RFC 8098) tells of reading."""
    receipt = "Final-Recipient: rfc822;jan@acme.example\nDisposition: automatic-action/MDN; deleted"
    said = "The message to jan@acme.example was deleted: recipient unknown"
    kind = "message/disposition-notification"
    assert reports_of(a_report(receipt, kind=kind, said=said)) == Reports()


@pytest.mark.parametrize(
    "kind", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"]
)
def test_what_came_back_is_known(kind: str) -> None:
    """R-2, H-20: From, Message-ID and To of the original, whole or its header."""
    returned = reports_of(a_report(a_recipient(*FAILED), original_type=kind)).returned
    assert returned == Returned("obchod@firma.cz", "<nabidka-1@firma.cz>", ("jan@acme.example",))


def test_a_bounce_without_the_original_has_nothing_returned() -> None:
    """H-20: what is unknown stays empty."""
    assert reports_of(a_report(a_recipient(*FAILED), original=None)).returned == Returned()


@pytest.mark.parametrize("margin", ["", "> ", "    "])
def test_an_original_quoted_in_the_text_is_known(margin: str) -> None:
    """H-20: its header block behind a separator, also with a margin."""
    quoted = "\n".join(margin + line for line in ORIGINAL.splitlines())
    said = f"<jan@acme.example>: user unknown\n\n--- Below this line is a copy.\n\n{quoted}\n"
    reports = reports_of(a_text(said))
    assert [failure.address for failure in reports.failures] == ["jan@acme.example"]
    assert reports.returned == Returned(
        "obchod@firma.cz", "<nabidka-1@firma.cz>", ("jan@acme.example",)
    )


def test_an_abuse_report_names_who_complains() -> None:
    """R-3: every Original-Rcpt-To, in lower case; such a mail has no failures."""
    report = "Feedback-Type: abuse\nOriginal-Rcpt-To: <Jan@Acme.example>\nOriginal-Rcpt-To: e@x.cz"
    reports = reports_of(a_complaint(report))
    assert reports.complainants == ("jan@acme.example", "e@x.cz")
    assert reports.failures == ()
    assert reports.returned.message_id == "<nabidka-1@firma.cz>"


def test_the_receiver_of_the_original_complains_if_nobody_is_named() -> None:
    """R-3: of a single To."""
    assert reports_of(a_complaint("Feedback-Type: abuse")).complainants == ("jan@acme.example",)


def test_of_several_receivers_nobody_is_guessed() -> None:
    """R-3: who of them complains is unknown."""
    original = ORIGINAL.replace("To: jan@acme.example", "To: jan@acme.example, eva@acme.example")
    assert reports_of(a_complaint("Feedback-Type: abuse", original)).complainants == ()


@pytest.mark.parametrize("kind", ["auth-failure", "fraud", "not-spam", "dmarc", ""])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    """R-3: reports about authentication and DMARC opt nobody out."""
    report = f"Feedback-Type: {kind}\nOriginal-Rcpt-To: jan@acme.example"
    assert reports_of(a_complaint(report)).complainants == ()


def test_a_mail_forwarded_as_a_complaint_names_its_recipient() -> None:
    """R-3: Microsoft sends the mail back with a field of its own, without a feedback report."""
    original = f"X-HmXmrOriginalRecipient: Jan@Acme.example\n{ORIGINAL}"
    raw = a_complaint("see below", original, "complaint about message from 192.0.2.1", "text/plain")
    reports = reports_of(raw.replace(b"fbl@provider.example", b"staff@hotmail.com"))
    assert reports.complainants == ("jan@acme.example",)
    assert reports.failures == ()
