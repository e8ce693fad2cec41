from uuid import UUID

import pytest

from shared.domain.copies import CopyMarks
from shared.domain.earlier import Processed
from tests.builders import (
    MAIL_ID,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    reasons,
    some_facts,
)

OTHER = UUID("00000000-0000-5000-8000-00000000000f")


def test_a_key_of_another_mail_stops_as_duplicate() -> None:
    """R-1: a mail whose key another mail has claimed is DUPLICATE KEY, and nothing is made."""
    mail = a_mail()
    facts = some_facts(processed=Processed(OTHER, "x", mail.marks))

    decided = decide(mail, facts)

    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert decided.commands == ()
    assert hits(decided) == ["R-1", "R-17"]
    assert str(OTHER) in reasons(decided, "R-1")[0]


def test_the_same_mail_again_is_no_duplicate() -> None:
    """R-1: the same mail id again is a redelivery, not a duplicate."""
    facts = some_facts(processed=Processed(MAIL_ID, "x", CopyMarks("y")))

    assert decide(a_mail(), facts).words == ("PROCESSED",)


def test_another_text_under_the_same_key_is_named() -> None:
    """R-1, S-9: one Message-ID makes a duplicate of another body; the trace says it differs."""
    more = "Message-ID: <a@acme.example>\n"
    marks = a_mail("Banner. Hello.\n", more=more).marks
    decided = decide(a_mail(more=more), some_facts(processed=Processed(OTHER, "x", marks)))

    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert "its text differs" in reasons(decided, "R-1")[0]


PERIODIC = "Contract:123 please deliver 100 pumps."


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("", ""),
        ("", "Message-ID: <pre1@evil.example>\n"),
        ("Automatic notice.", "Message-ID: <pre1@evil.example>\n"),
        ("<p>Contract:123</p>", "Message-ID: <p@evil.example>\nContent-Type: text/html\n"),
    ],
)
def test_a_key_claimed_in_advance_hides_nothing(body: str, more: str) -> None:
    """S-9, H-22: the real order is processed and flagged, whoever has claimed its key."""
    real = a_mail(PERIODIC, more="Message-ID: <real1@beta.example>\n")
    forged = Processed(OTHER, "x", a_mail(body, more=more).marks)

    decided = decide(real, some_facts(processed=forged))

    assert decided.words == ("PROCESSED",)
    assert [one.flags for one in activities(decided)] == [("differs",)]
    assert f"S-9: {OTHER} came first" in reasons(decided, "R-1")[0]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (PERIODIC, "Message-ID: <other@relay.example>\n"),
        (f"{PERIODIC.upper()}  \n\n", ""),
        ("CAUTION: external sender\n" + PERIODIC, "Message-ID: <real1@beta.example>\n"),
        (f"<b>{PERIODIC}</b>", "Content-Type: text/html\n"),
    ],
)
def test_copies_are_known_by_text_or_message_id(body: str, more: str) -> None:
    """S-9: banners, relays that change the Message-ID, case, wraps and HTML make no other mail."""
    real = a_mail(PERIODIC, more="Message-ID: <real1@beta.example>\n")
    copy = Processed(OTHER, "x", a_mail(body, more=more).marks)

    assert decide(real, some_facts(processed=copy)).words == ("DUPLICATE KEY", "DELETED")


def test_mails_without_text_are_told_apart_by_their_bodies() -> None:
    """S-9: two scans of one second have no text; no text is not the same text."""
    scan = "--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n"
    more = "Content-Type: multipart/mixed; boundary=b\nMessage-ID: <{}@scanner>\n"
    one, other = (a_mail(scan.format(data), more=more.format(data)) for data in ("AAAA", "BBBB"))

    decided = decide(other, some_facts(processed=Processed(OTHER, "x", one.marks)))

    assert decided.words == ("PROCESSED",)


def test_strict_manual_duplicates_takes_the_key_alone() -> None:
    """S-9: with strictManualDuplicates=true chapter 15.1 is literal."""
    box = a_box(strict_manual_duplicates=True)
    other = Processed(OTHER, "x", a_mail("another").marks)

    decided = decide(a_mail(box=box), some_facts(box, processed=other))

    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert "its text differs" in reasons(decided, "R-1")[0]
