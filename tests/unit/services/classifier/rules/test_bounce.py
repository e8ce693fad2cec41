from datetime import date

import pytest

from shared.contracts.commands import CountSoftBounce, MarkForbidden
from tests.builders import (
    BOB,
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_mail,
    activities,
    decide,
    hits,
    raw_mail,
    reasons,
    some_facts,
)

REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
DAEMON = "mailer-daemon@mx.acme.example"


def _report(*blocks: str, original: str = "") -> str:
    status = "".join(f"\n{block}\n" for block in blocks)
    returned = f"--b\nContent-Type: message/rfc822\n\n{original}\n" if original else ""
    return (
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n{status}"
        f"{returned}--b--\n"
    )


def _failed(address: str, status: str, action: str = "failed") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}"


def _bounce(body: str, **fields: str) -> bytes:
    given = {"sender": DAEMON, "subject": "Undelivered", "more": REPORT} | fields
    return raw_mail(body, **given)


def test_a_permanent_failure_marks_the_address() -> None:
    """R-2, B-2, B-3: 5.1.1 in a delivery report; the contact is found by the address."""
    decided = decide(a_mail(_bounce(_report(_failed(PETR, "5.1.1")))))

    (mark,) = (one for one in decided.commands if isinstance(one, MarkForbidden))
    assert (mark.address, mark.mark) == (PETR, "broken")
    assert [contact.email for contact in mark.contacts] == [PETR]
    assert "R-2" in hits(decided)


@pytest.mark.parametrize(
    ("status", "action"), [("5.2.2", "failed"), ("4.4.1", "delayed"), ("5.7.1", "failed")]
)
def test_other_failures_are_only_counted(status: str, action: str) -> None:
    """B-3: a full mailbox, a delay, a policy."""
    decided = decide(a_mail(_bounce(_report(_failed(PETR, status, action)))))

    (counted,) = (one for one in decided.commands if isinstance(one, CountSoftBounce))
    assert (counted.address, counted.marks) == (PETR, False)
    assert counted.bounced_on == date(2026, 11, 2)


def test_the_third_soft_bounce_is_foretold_to_mark() -> None:
    """B-3, R-e: two earlier days within 30 are known."""
    earlier = {PETR: frozenset({date(2026, 10, 20), date(2026, 10, 25)})}
    facts = some_facts(soft_bounces=earlier)
    decided = decide(a_mail(_bounce(_report(_failed(PETR, "5.2.2")))), facts)

    assert [one.marks for one in decided.commands if isinstance(one, CountSoftBounce)] == [True]


def test_our_own_addresses_and_daemons_are_never_marked() -> None:
    """B-2, H-20: own domains, users, the box, mail servers."""
    own = [EVA, BOX, "x@firma.cz", "postmaster@acme.example"]
    body = _report(*(_failed(address, "5.1.1") for address in own))
    decided = decide(a_mail(_bounce(body)))

    assert not any(isinstance(one, MarkForbidden) for one in decided.commands)
    assert len(reasons(decided, "B-3")) == len(own)


def test_a_forged_bounce_of_many_addresses_marks_nobody() -> None:
    """B-2, H-20: above 20 addresses nothing is marked, and the trace says so."""
    body = _report(*(_failed(f"a{number}@beta.example", "5.1.1") for number in range(21)))
    decided = decide(a_mail(_bounce(body)))

    assert not any(isinstance(one, MarkForbidden) for one in decided.commands)
    assert "more than 20" in reasons(decided, "B-3")[0]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Undeliverable Mail",
            f"The following mail\nfailed to be delivered: x\n\nTo: {BOB}\n",
        ),
        (
            "Undelivered Mail returned",
            f"The message could not\nbe delivered to\none or more recipients:\n{BOB}\n",
        ),
    ],
)
def test_the_manuals_phrases_tell_a_bounce_across_lines(subject: str, body: str) -> None:
    """B-4: subject and body phrases; the address near them is marked."""
    decided = decide(a_mail(body, subject=subject, sender="robot@isp.example"))

    marks = [one.address for one in decided.commands if isinstance(one, MarkForbidden)]
    assert marks == [BOB]


@pytest.mark.parametrize("body", ["Our mails fail.", "The following mail failed to arrive. To: x"])
def test_the_subject_alone_is_no_bounce(body: str) -> None:
    """B-4: both phrases of the body are asked for."""
    assert "R-2" not in hits(decide(a_mail(body, subject="Undeliverable Mail")))


def test_a_bounce_is_incoming_for_the_sender_of_the_original() -> None:
    """D-5, A-5: not for whom it went to; incoming and pending, even to the box."""
    original = f"From: {JAN}\nTo: {PETR}\nSubject: Offer\nMessage-ID: <o@firma.cz>\n\nHello\n"
    body = _report(_failed(PETR, "5.1.1"), original=original)
    decided = decide(a_mail(_bounce(body, to=BOX)))

    (activity,) = activities(decided)
    assert activity.responsible.email == JAN
    assert (activity.direction, activity.completed) == ("incoming", False)
    assert decided.words == ("PROCESSED",)


def test_a_bounce_without_sender_is_no_spam() -> None:
    """R-7: not asked after a hit of R-2."""
    decided = decide(a_mail(_bounce(_report(_failed(STRANGER, "5.1.1")), sender="<>")))

    assert "SPAM" not in decided.words
    assert decided.made_activity
