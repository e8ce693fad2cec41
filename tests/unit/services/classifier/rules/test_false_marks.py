"""Mails that speak of failures, or carry somebody's report, and mark nobody."""

import pytest

from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import BOB, JAN, PETR, a_box, a_mail, decide, hits, raw_mail, some_facts

STATUS = (
    "--b\nContent-Type: text/plain\n\nPlease see below.\n"
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
    "Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n--b--\n"
)
FEEDBACK = (
    "--b\nContent-Type: text/plain\n\nSee.\n"
    "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\n"
    "Version: 1\n{recipients}--b--\n"
)
MIXED = 'Content-Type: multipart/mixed; boundary="b"\n'
REPORT = 'Content-Type: multipart/report; report-type={kind}; boundary="b"\n'
PHRASES = ("Undelivered Mail", "The message could not be delivered to one or more recipients:\n")


def _marks(raw: bytes) -> list[str]:
    """Addresses that the mail marks or counts."""
    decided = decide(a_mail(raw))
    return [
        command.address
        for command in decided.commands
        if isinstance(command, MarkForbidden | CountSoftBounce)
    ]


@pytest.mark.parametrize(
    ("subject", "head"),
    [
        ("=?utf-8?Q?Automatick=C3=A1_odpov=C4=9B=C4=8F=3A_delivery_problem?=", ""),
        ("Réponse automatique : delivery problem", ""),
        ("Mimo kancelář: delivery problem", ""),
        ("Abwesenheitsnotiz: delivery problem", ""),
        ("Delivery problem", "Auto-Submitted: auto-replied\n"),
        ("Delivery problem", "X-Autoreply: yes\n"),
        ("Delivery problem", "Precedence: auto_reply\n"),
        (
            "Delivery problem",
            "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n",
        ),
    ],
)
def test_an_automatic_reply_names_nobody_who_fails(subject: str, head: str) -> None:
    """H-23: "she no longer works here, write to …": an answer for a person is no bounce."""
    text = f"The user {BOB} no longer works here, user unknown.\nWrite to {PETR}.\n"

    raw = raw_mail(text, sender=PETR, subject=subject, more=f"Return-Path: <>\n{head}")

    assert _marks(raw) == []


def test_a_person_who_passes_a_report_on_marks_nobody() -> None:
    """R-2: the parts of a report count only at the top of a report, or in a machine's mail."""
    assert _marks(raw_mail(STATUS.format(address=BOB), sender=PETR, more=MIXED)) == []
    daemon = "mailer-daemon@mx.acme.example"
    assert _marks(raw_mail(STATUS.format(address=BOB), sender=daemon, more=MIXED)) == [BOB]


def test_a_person_who_passes_a_complaint_on_opts_nobody_out() -> None:
    """R-3: likewise."""
    body = FEEDBACK.format(recipients=f"Original-Rcpt-To: <{BOB}>\n")

    assert _marks(raw_mail(body, sender=PETR, more=MIXED)) == []
    report = REPORT.format(kind="feedback-report")
    assert _marks(raw_mail(body, sender="fbl@isp.example", more=report)) == [BOB]


def test_an_attached_mail_is_not_asked_for_failures() -> None:
    """R-2: what a mail server attaches may be a report itself, about somebody else."""
    inner = f"Content-Type: multipart/report; boundary=c\n\n{STATUS.format(address=BOB)}"
    inner = inner.replace("--b", "--c")
    body = (
        "--b\nContent-Type: text/plain\n\nA virus was found in the attached mail.\n"
        f"--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    )

    assert _marks(raw_mail(body, sender="postmaster@acme.example", more=MIXED)) == []


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("452 4.2.2 mailbox full", CountSoftBounce),
        ("quota exceeded", CountSoftBounce),
        ("550 5.1.1 user unknown", MarkForbidden),
        ("", MarkForbidden),
    ],
)
def test_the_reason_beside_a_phrase_decides(reason: str, kind: type) -> None:
    """B-4, B-3: the manual's phrases tell a bounce; whether it marks, its reason tells."""
    subject, phrase = PHRASES
    raw = raw_mail(f"{phrase}{BOB}\n{reason}\n", sender="mail@acme.example", subject=subject)

    decided = decide(a_mail(raw))

    (command,) = (
        one for one in decided.commands if isinstance(one, MarkForbidden | CountSoftBounce)
    )
    assert isinstance(command, kind)


def test_whoever_answers_with_the_phrases_marks_neither_himself_nor_others() -> None:
    """B-4: the sender's own address, and what a person quotes, are no failures."""
    subject, phrase = PHRASES
    answer = raw_mail(
        f"> {phrase}> {BOB}\n", sender=PETR, subject=f"Re: {subject}",
        more="In-Reply-To: <x@acme.example>\n",
    )  # fmt: skip
    signed = raw_mail(f"{phrase}\nPetr, {PETR}\n", sender=PETR, subject=subject)

    assert _marks(answer) == []
    assert _marks(signed) == []
    assert "R-2" in hits(decide(a_mail(answer)))


def test_more_addresses_than_are_read_mark_nobody() -> None:
    """B-2, H-20: own addresses before the customers' do not hide how many there are."""
    blocks = [f"u{number}@firma.cz" for number in range(95)]
    blocks += [f"c{number}@acme.example" for number in range(300)]
    recipients = "".join(
        f"\nFinal-Recipient: rfc822; {one}\nAction: failed\nStatus: 5.1.1\n" for one in blocks
    )
    body = (
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n{recipients}--b--\n"
    )
    report = REPORT.format(kind="delivery-status")

    assert _marks(raw_mail(body, sender="mailer-daemon@mx.acme.example", more=report)) == []


def test_addresses_below_our_own_domain_are_ours() -> None:
    """B-2: a host of ours is never marked."""
    report = REPORT.format(kind="delivery-status")
    raw = raw_mail(
        STATUS.format(address="jan@mail.firma.cz"), sender="mailer-daemon@x.example", more=report
    )

    assert _marks(raw) == []


def test_complaints_have_the_bounces_limit_and_spare_daemons() -> None:
    """R-3, H-20: 21 addresses in one report mark nobody; a postmaster is never marked."""
    report = REPORT.format(kind="feedback-report")
    many = "".join(f"Original-Rcpt-To: <c{number}@acme.example>\n" for number in range(21))
    daemon = "Original-Rcpt-To: <postmaster@acme.example>\n"

    for recipients in (many, daemon):
        body = FEEDBACK.format(recipients=recipients)
        assert _marks(raw_mail(body, sender="fbl@isp.example", more=report)) == []


@pytest.mark.parametrize(
    ("sender", "head"),
    [
        (PETR, "Auto-Submitted: auto-replied\n"),
        (PETR, "Precedence: bulk\n"),
        ("mailer-daemon@acme.example", ""),
    ],
)
def test_no_machine_opts_its_sender_out(sender: str, head: str) -> None:
    """B-1, H-23: an automatic reply that repeats our subject is nobody's wish."""
    raw = raw_mail(sender=sender, subject="do not send", to=JAN, more=head)

    assert _marks(raw) == []


@pytest.mark.parametrize(("proof", "marked"), [("refuted", []), ("off", [BOB])])
def test_a_refuted_sender_marks_nobody(proof: str, marked: list[str]) -> None:
    """S-1, H-20: forged reports and complaints, unless the box asks for no proof."""
    box = a_box(authserv_id=("mx.firma.cz",), sender_proof=proof)
    results = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=isp.example\n"
    bounce = results + REPORT.format(kind="delivery-status")
    complaint = results + REPORT.format(kind="feedback-report")
    feedback = FEEDBACK.format(recipients=f"Original-Rcpt-To: <{BOB}>\n")

    for body, head in ((STATUS.format(address=BOB), bounce), (feedback, complaint)):
        raw = raw_mail(body, sender="mailer-daemon@isp.example", more=head)
        decided = decide(a_mail(raw, box), some_facts(box))
        assert [one.address for one in decided.commands if isinstance(one, MarkForbidden)] == marked


@pytest.mark.parametrize(
    ("final", "original", "marked"),
    [
        ("bob@exchange.beta.local", BOB, BOB),
        (BOB, "b@beta.example", BOB),
        ("x@beta.local", "x@beta.example", "x@beta.local"),
        ("jan@mail.firma.cz", BOB, None),
    ],
)
def test_the_name_that_the_address_book_knows_is_marked(
    final: str, original: str, marked: str | None
) -> None:
    """B-2: Final-Recipient may be an alias inside the other house; Original-Recipient is ours."""
    status = STATUS.format(address=final).replace(
        "Action:", f"Original-Recipient: rfc822; {original}\nAction:"
    )
    report = REPORT.format(kind="delivery-status")

    found = _marks(raw_mail(status, sender="mailer-daemon@x.example", more=report))

    assert found == ([marked] if marked else [])


def test_own_addresses_do_not_fill_the_limit_of_complaints_and_headers() -> None:
    """H-20: who is cut off behind a hundred addresses is counted all the same."""
    many = [f"u{number}@firma.cz" for number in range(95)]
    many += [f"c{number}@acme.example" for number in range(50)]
    complaint = FEEDBACK.format(recipients="".join(f"Original-Rcpt-To: <{one}>\n" for one in many))
    report = REPORT.format(kind="feedback-report")
    failed = f"X-Failed-Recipients: {','.join(many)}\n"

    assert _marks(raw_mail(complaint, sender="fbl@isp.example", more=report)) == []
    daemon = "mailer-daemon@isp.example"
    assert _marks(raw_mail(sender=daemon, to=", ".join(many[:20]), more=failed)) == []
