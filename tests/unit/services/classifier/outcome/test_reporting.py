"""Whose report marks an address, and whose waits for a person."""

import pytest

from services.classifier.chain import SoFar
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import BOB, EVA, JAN, PETR, a_box, a_mail, decide, raw_mail, reasons, some_facts

REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
ORIGINAL = "<offer@firma.cz>"


def a_report(reporter: str, *failed: str, original: str = "", status: str = "5.1.1") -> bytes:
    """A delivery report; `failed` are the fields that name whom, `original` is a Message-ID."""
    blocks = "".join(f"\n{one}\nAction: failed\nStatus: {status}\n" for one in failed)
    returned = (
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {JAN}\nTo: {BOB}\nSubject: Offer\n"
        f"Message-ID: {original}\n\n"
    )
    return raw_mail(
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx\n{blocks}\n{returned if original else ''}--b--\n",
        sender=reporter,
        subject="Undelivered",
        more=REPORT,
    )


def to(address: str) -> str:
    """The field that names who failed."""
    return f"Final-Recipient: rfc822; {address}"


def believed(decided: SoFar) -> dict[str, bool]:
    """Whether the report is believed, by address."""
    return {
        one.address: one.report is not None and one.report.believed
        for one in decided.commands
        if isinstance(one, MarkForbidden | CountSoftBounce)
    }


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2"])
@pytest.mark.parametrize(
    ("reporter", "settings", "wanted"),
    [
        ("x@evil.example", {}, False),
        ("mailer-daemon@evil.example", {}, False),
        ("<>", {}, False),
        ("mailer-daemon@firma.cz", {}, True),
        ("mailer-daemon@mx.firma.cz", {}, True),
        ("mailer-daemon@notfirma.cz", {}, False),
        ("mailer-daemon@beta.example", {}, True),
        ("postmaster@mx.beta.example", {}, True),
        ("feedback@arf.mail.beta.example", {}, True),
        ("another.customer@beta.example", {}, False),
        ("mailer-daemon@beta.example.evil.example", {}, False),
        ("b@relay.example", {"bounce_reporter": ("b@relay.example",)}, True),
        ("c@relay.example", {"bounce_reporter": ("b@relay.example",)}, False),
        ("c@relay.example", {"bounce_reporter": ("*@relay.example",)}, True),
        ("c@eu.relay.example", {"bounce_reporter": ("*@*.relay.example",)}, True),
        ("c@evilrelay.example", {"bounce_reporter": ("*@*.relay.example",)}, False),
        ("mailer-daemon@googlemail.com", {"mail_system": ("google",)}, True),
        ("mailer-daemon@googlemail.com", {}, False),
        ("mailer-daemon@seznam.cz", {"mail_system": ("seznam",)}, True),
        (
            "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.onmicrosoft.com",
            {"mail_system": ("exchange-online",)},
            True,
        ),
        ("postmaster@evil.onmicrosoft.com", {"mail_system": ("exchange-online",)}, False),
        ("x@evil.example", {"bounce_proof": "off"}, True),
    ],
)
def test_a_report_is_believed_of_those_who_know(
    reporter: str, settings: dict[str, object], *, wanted: bool, status: str
) -> None:
    """S-7: own domains, named reporters, the system of the address itself; nobody else."""
    box = a_box(**settings)
    mail = a_mail(a_report(reporter, to(BOB), status=status), box)
    decided = decide(mail, some_facts(box))

    assert believed(decided) == {BOB: wanted}
    (line,) = [one for one in decided.trace if one.id == "S-7"]
    assert line.hit is wanted
    assert wanted or "held for a person" in line.reason


def test_a_refuted_reporter_is_not_believed_however_it_is_named() -> None:
    """S-7, H-20: senderProof=off lets a refuted bounce be read, and still nobody vouches for it."""
    settings = {"authserv_id": ("mx.firma.cz",), "bounce_reporter": ("b@relay.example",)}
    box = a_box(sender_proof="off", **settings)
    refuted = b"Authentication-Results: mx.firma.cz; dmarc=fail header.from=relay.example\n"
    mail = a_mail(refuted + a_report("b@relay.example", to(BOB)), box)

    assert mail.proof.state == "refuted"
    assert believed(decide(mail, some_facts(box))) == {BOB: False}


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ({ORIGINAL: frozenset({BOB})}, True),
        ({ORIGINAL: frozenset({PETR})}, False),
        ({"<another@firma.cz>": frozenset({BOB})}, False),
        ({}, False),
    ],
)
def test_mail_of_ours_that_came_back_is_proof(
    sent: dict[str, frozenset[str]], *, wanted: bool
) -> None:
    """S-7: the recipients of the recorded mail count, not those that the report claims."""
    mail = a_mail(a_report("b@relay.example", to(BOB), original=ORIGINAL))

    assert believed(decide(mail, some_facts(sent=sent))) == {BOB: wanted}


def test_a_second_name_proves_nothing_about_the_first() -> None:
    """S-7: who has had a mail of ours cannot name a customer as its other recipient."""
    named = f"Original-Recipient: rfc822; x@evil.example\n{to(BOB)}"
    mail = a_mail(a_report("mailer-daemon@evil.example", named, original=ORIGINAL))
    facts = some_facts(sent={ORIGINAL: frozenset({"x@evil.example"})})

    assert believed(decide(mail, facts)) == {BOB: False}


@pytest.mark.parametrize(
    ("reporter", "wanted"),
    [("fbl@isp.example", False), ("fbl@arf.beta.example", True), ("fbl@firma.cz", True)],
)
def test_a_complaint_is_asked_the_same(reporter: str, *, wanted: bool) -> None:
    """S-7, R-3: an abuse report opts nobody out by a stranger's word."""
    body = (
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        f"User-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <{BOB}>\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: {EVA}\nTo: {BOB}\n\nHi\n--b--\n"
    )
    more = 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n'
    decided = decide(a_mail(raw_mail(body, sender=reporter, subject="Complaint", more=more)))

    assert believed(decided) == {BOB: wanted}
    assert ("held for a person" in reasons(decided, "S-7")[0]) is not wanted


def test_an_opt_out_of_oneself_needs_no_reporter() -> None:
    """S-7, B-1: R-4 is the holder's own word."""
    decided = decide(a_mail(subject="do not send", sender=BOB))

    (mark,) = (one for one in decided.commands if isinstance(one, MarkForbidden))
    assert mark.report is None
