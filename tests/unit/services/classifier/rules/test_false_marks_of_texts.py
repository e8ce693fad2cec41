"""Texts that sound like a bounce, of people and of machines: they mark nobody."""

import pytest

from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import BOB, PETR, STRANGER, a_mail, decide, hits, raw_mail

NOBODY = "Return-Path: <>\n"
DAEMON = "mailer-daemon@mx.acme.example"
SUBJECT = "Undelivered Mail Returned to Sender"
POSTFIX = (
    "This is the mail system at host mx.\n\nYour message could not\n"
    f"be delivered to one or more recipients.\n\n<{BOB}>: 550 5.1.1 User unknown\n"
)


def _marks(raw: bytes) -> list[str]:
    """Addresses that the mail marks or counts."""
    return [
        command.address
        for command in decide(a_mail(raw)).commands
        if isinstance(command, MarkForbidden | CountSoftBounce)
    ]


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (
            "postmaster@acme.example", "Delivery Status Notification (Relay)",
            f"Your message has been successfully relayed to these recipients:\n\n  {BOB}\n",
        ),
        (
            DAEMON, "Successful Mail Delivery Report",
            f"Your message was successfully delivered to\n\n<{BOB}>: 250 OK\n",
        ),
        ("postmaster@dmarc.example", "DMARC report failure", f"Recipient {BOB}: failed\n"),
        (
            "postmaster@firma.cz", "Mail quarantine: messages permanently deleted",
            f"Recipient: x@firma.cz\nDelivery failed. Rejected senders:\n{BOB}\n",
        ),
        (
            PETR, "Delivery error in order 123",
            f"This mailbox does not exist any more, he no longer works here.\n<{BOB}>\n",
        ),
        (PETR, "Delivery problem", f"It failed; the recipient is {BOB}. Permanent error.\n"),
    ],
)  # fmt: skip
def test_a_notice_about_no_failure_marks_nobody(sender: str, subject: str, text: str) -> None:
    """B-3, H-23: successes, quarantines, DMARC, somebody who left: no failure of an address."""
    assert _marks(raw_mail(text, sender=sender, subject=subject, more=NOBODY)) == []


@pytest.mark.parametrize(
    "sender",
    [
        "Mail Delivery System Ltd <sales@acme.example>",
        "Mailer Daemon s.r.o. <info@mailerdaemon.example>",
        "System Administrator <it@acme.example>",
        "Microsoft Exchange <quarantine@acme.example>",
        "Antivirus <admin@acme.example>",
    ],
)
def test_who_is_only_called_like_a_mail_system_marks_nobody(sender: str) -> None:
    """H-20, R-b: the address tells a mail system, never the display name."""
    text = f"Delivery failed to this recipient:\n\n<{BOB}>\n"

    assert _marks(raw_mail(text, sender=sender, subject="Delivery failure")) == []
    assert _marks(raw_mail(text, sender=f"x <{DAEMON}>", subject="Delivery failure")) == [BOB]


def test_a_postmaster_who_writes_himself_marks_nobody() -> None:
    """B-2: a sentence that mentions an address lists none."""
    text = (
        f"Your server rejected mail of {PETR}; she could not deliver it. Our address {BOB} works.\n"
    )
    raw = raw_mail(text, sender="postmaster@acme.example", subject="Delivery problem")

    assert _marks(raw) == []


def test_a_field_that_anybody_can_add_marks_nobody() -> None:
    """H-20: X-Failed-Recipients counts only where a machine writes."""
    failed = f"X-Failed-Recipients: {BOB}\n"

    assert _marks(raw_mail(subject="Hello", more=failed)) == []
    assert _marks(raw_mail(sender=DAEMON, subject="Hello", more=failed)) == [BOB]


def test_a_full_mailbox_told_in_a_sentence_is_counted() -> None:
    """B-3: an empty Return-Path, and a sentence that says whom the mail was for, are enough."""
    text = f"Your mail could not be delivered to: <{BOB}>\nAs their mailbox is full.\n"

    decided = decide(a_mail(raw_mail(text, sender="x@acme.example", subject="Mail", more=NOBODY)))

    (counted,) = (one for one in decided.commands if isinstance(one, CountSoftBounce))
    assert counted.address == BOB


@pytest.mark.parametrize(
    ("sender", "subject", "head", "text"),
    [
        (STRANGER, f"Re: {SUBJECT}", "", POSTFIX),
        (STRANGER, f"Fwd: {SUBJECT}", "", POSTFIX),
        (STRANGER, SUBJECT, "In-Reply-To: <a@b>\nUser-Agent: Thunderbird\n", POSTFIX),
        (PETR, SUBJECT, "", f"Hello, my mail server says:\n{POSTFIX}"),
        (STRANGER, SUBJECT, "", POSTFIX.replace("\n", "\n> ")),
        (
            STRANGER, SUBJECT, "",
            f"message could not be delivered to one or more recipients. Ask {BOB}.\n",
        ),
        (
            STRANGER, SUBJECT, "",
            f"message could not be delivered to one or more recipients.\n-- \n{BOB}\n",
        ),
    ],
)  # fmt: skip
def test_people_who_repeat_the_phrases_mark_nobody(
    sender: str, subject: str, head: str, text: str
) -> None:
    """B-4, H-20: answers, forwards, quotations, contacts and signatures name nobody."""
    raw = raw_mail(text, sender=sender, subject=subject, more=head)

    assert _marks(raw) == []


def test_the_phrases_of_a_mail_system_mark_even_in_an_answer() -> None:
    """B-4: mail systems may prefix what they return, and wrap lines."""
    robot = raw_mail(POSTFIX, sender="robot@isp.example", subject=SUBJECT)
    daemon = raw_mail(POSTFIX, sender=DAEMON, subject=f"Re: {SUBJECT}")

    for raw in (robot, daemon):
        assert _marks(raw) == [BOB]
        assert "R-2" in hits(decide(a_mail(raw)))


def test_each_address_beside_the_phrases_has_its_own_reason() -> None:
    """B-3, B-4: one mailbox is full, the other is unknown."""
    text = f"{POSTFIX}{STRANGER}: 452 4.2.2 mailbox full\n"

    decided = decide(a_mail(raw_mail(text, sender="robot@isp.example", subject=SUBJECT)))

    kinds = {
        one.address: type(one)
        for one in decided.commands
        if isinstance(one, MarkForbidden | CountSoftBounce)
    }
    assert kinds == {BOB: MarkForbidden, STRANGER: CountSoftBounce}
