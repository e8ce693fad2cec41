"""What goes to the support, and what must not (E-3, E-6)."""

import pytest

from services.classifier.decide import decide_archived
from tests.builders import ACME, BETA, BOX, JAN, PETR, STRANGER, a_mail, activities, reasons
from tests.conversations import (
    ANSWERED,
    SUPPORT,
    TAG,
    a_talking_box,
    mails,
    talked,
    talking_facts,
)

BOUNCE = """\
Content-Type: multipart/report; report-type=delivery-status; boundary=b
Auto-Submitted: auto-replied
"""
RETURNED = f"""\
--b
Content-Type: text/plain

No such user.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {PETR}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: {BOX}
To: {PETR}
Message-ID: {ANSWERED}

--b--
"""


def _why(**fields: object) -> list[str]:
    return [str(mail.values["reason"]) for mail in mails(talked(**fields))]  # type: ignore[arg-type]


def test_mail_for_nobody_goes_to_the_support() -> None:
    """E-3: with the reason, the mail id in words, and the original attached."""
    decided = talked(sender=STRANGER, to="info@firma.cz")

    (mail,) = mails(decided)
    assert (mail.recipient, mail.template, mail.attach_original) == (SUPPORT, "forward", True)
    assert mail.values["reason"] == "neither its sender nor a recipient is a user"
    assert mail.values["mail_id"] == "00000000-0000-5000-8000-000000000001"
    assert decided.words == ("DELETED",)


@pytest.mark.parametrize("subject", ["Re: [#77] Pump", f"Re: {TAG.replace('55', '77')}"])
def test_an_unknown_number_goes_to_the_support(subject: str) -> None:
    """E-3: a bare one; with a wrong tag it is as no number."""
    wanted = ["no task has number 77"] if "[#77]" in subject else []

    assert _why(subject=subject) == wanted
    assert len(activities(talked(subject=subject))) == 1


def test_a_right_tag_of_a_task_that_is_gone_goes_to_the_support() -> None:
    """E-3: whoever sends it."""
    facts = talking_facts(records={})

    assert _why(subject=TAG, sender=STRANGER, facts=facts) == ["no task has number 55"]


def test_a_domain_of_two_companies_goes_to_the_support() -> None:
    """E-3, E-6, A-2: the activity is made without a link."""
    facts = talking_facts(relationships_by_domain={"elsewhere.example": (ACME, BETA)})
    decided = talked(sender=STRANGER, facts=facts)

    assert [one.relationship for one in activities(decided)] == [None]
    (mail,) = mails(decided)
    assert "elsewhere.example is on several companies" in str(mail.values["reason"])


def test_a_comment_that_came_back_goes_to_the_support() -> None:
    """E-3, M-1: a bounce of other mail does not."""
    sender = "MAILER-DAEMON@mx.acme.example"
    back = {"sender": sender, "to": BOX, "more": BOUNCE, "subject": "Undelivered"}

    assert _why(source=RETURNED, **back) == ["a mail of ours about task 55 came back"]
    assert _why(source=RETURNED.replace(ANSWERED, "<a@b.example>"), **back) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"more": "Auto-Submitted: auto-replied\n"},
        {"more": "Auto-Submitted: auto-generated\n"},
        {"more": "Return-Path: <>\n"},
        {"sender": SUPPORT},
        {"sender": JAN},
        {"to": JAN},
        {"subject": "x", "sender": "license@netgenium.com"},
    ],
)
def test_what_is_decided_or_a_programs_does_not(fields: dict[str, str]) -> None:
    """E-3, M-3: an absence note of the support itself would go round for ever."""
    assert _why(**({"sender": STRANGER, "to": "info@firma.cz"} | fields)) == []


def test_without_a_support_nothing_is_forwarded() -> None:
    """E-3: the trace says so."""
    decided = talked(to="x@firma.cz", facts=talking_facts(a_talking_box(support_address=None)))

    assert mails(decided) == []
    assert reasons(decided, "E-3") == ["there is no supportAddress"]


def test_a_box_that_only_scans_asks_nobody() -> None:
    """E-3, C-5: nearly all of its mail is for nobody."""
    box = a_talking_box(manual_rules=False)

    assert _why(sender=STRANGER, to="info@firma.cz", facts=talking_facts(box)) == []


def test_old_mail_is_not_forwarded() -> None:
    """E-3, I-11: what was in the box before is recorded without anybody being asked."""
    facts = talking_facts()
    mail = a_mail(box=facts.context.box, sender=STRANGER, to="info@firma.cz", subject=TAG)

    assert mails(decide_archived(mail, facts)) == []
