"""Header lines that others may read otherwise: such a sender is not believed (behaviour S-1)."""

import pytest

from services.classifier.parse.headers import read_headers
from shared.contracts.flags import NOT_BELIEVED
from tests.builders import (
    EVA,
    JAN,
    PETR,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    raw_mail,
    some_facts,
)

MX = "mx.firma.cz"
BOX = a_box(authserv_id=(MX,))
PASS = f"Authentication-Results: {MX}; dmarc=pass header.from=acme.example"


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\n", b"\r\n")


REAL = _crlf(raw_mail(to=EVA))


@pytest.mark.parametrize(
    "hidden",
    [
        f"X-Note: a\rFrom: {JAN}\r\n",
        f"X-Note: a\nFrom: {JAN}\r\n",
        f"X-Note: a\r\rFrom: {JAN}\r\n",
        f"X-Note: a\rX-Other: b\n\rFrom: {JAN}\r\n",
        f"X-Note: a\r{PASS}\r\n",
        "X-Note: a\rAuto-Submitted: auto-replied\r\n",
    ],
)
def test_a_bare_line_end_ends_no_header_line(hidden: str) -> None:
    """S-1: the sender is the one of the real field, and is not believed; the activity is made."""
    mail = a_mail(hidden.encode() + REAL, box=BOX)
    decided = decide(mail, some_facts(BOX))

    assert (mail.sender, mail.proof.state) == (PETR, "refuted")
    assert not mail.parsed.auto_submitted
    (activity,) = activities(decided)
    assert activity.flags == (NOT_BELIEVED,)


def test_a_field_name_holds_no_blank() -> None:
    """S-1: `From :` beside a From field is none; alone it is read, and not believed."""
    both = a_mail(box=BOX, more=f"From : {JAN}\n", to=EVA)
    alone = a_mail(raw_mail(sender=None, to=EVA, more=f"From : {PETR}\n"), box=BOX)

    for mail in (both, alone):
        assert (mail.sender, mail.proof.state) == (PETR, "refuted")
        assert len(activities(decide(mail, some_facts(BOX)))) == 1


def test_a_result_with_a_blank_in_its_name_proves_nothing() -> None:
    """S-1: a server that takes forged results away compares names."""
    forged = PASS.replace("Results:", "Results :")

    assert a_mail(box=BOX, more=f"{forged}\n").proof.state == "unknown"
    assert a_mail(box=BOX, more=f"{PASS}\n").proof.state == "proven"


@pytest.mark.parametrize(
    "raw",
    [
        REAL,
        raw_mail(to=EVA),
        REAL.replace(b"\r\n", b"\r\r\n"),
        raw_mail(to=EVA).replace(b"\n", b"\r"),
        raw_mail(to=EVA, more="X-Spam : no\nSubject : Delivery\n"),
        REAL.replace(b"\r\n\r\n", b"\r\n\r\nA body\nwith other\rline ends\r\n"),
    ],
)
def test_careless_mail_is_believed_all_the_same(raw: bytes) -> None:
    """S-1: near miss - line ends of one kind, whichever; blanks in names of other fields."""
    mail = a_mail(raw, box=BOX)

    assert (mail.sender, mail.proof.state) == (PETR, "unknown")
    assert decide(mail, some_facts(BOX)).flags == ()


@pytest.mark.parametrize("name", ["Subject", "To", "Date", "Message-ID", "Content-Type"])
def test_what_a_mail_is_known_by_is_read_with_a_blank_behind_its_name(name: str) -> None:
    """S-1: old programs write so; such a field counts where there is none without a blank."""
    careless = read_headers(f"{name} : a\n".encode(), [])
    both = read_headers(f"{name} : a\n{name}: b\n".encode(), [])

    assert careless.first(name.lower()) == b"a"
    assert both.all(name.lower()) == [b"b"]
    assert not careless.ambiguous


@pytest.mark.parametrize(
    "sender",
    [
        "Jan <jan.no\x07vak@firma.cz>",
        "Jan <jan.novak@fir\u202ema.cz>",
        "jan.novak@firma\u00ad.cz",
        "jan.novak @ firma.cz",
        f"<x@evil.example> <{JAN}>",
        f"<@evil.example:{JAN}>",
        "jan.nova\u212a@firma.cz",
        "=?utf-8?q?jan=2Enovak=40firma=2Ecz?=",
    ],
)
def test_an_odd_sender_still_makes_an_activity(sender: str) -> None:
    """S-1, S-3: characters taken out, a second address, a route, letters that fold: flagged."""
    proven = f"Authentication-Results: {MX}; dmarc=pass header.from=firma.cz\n"
    mail = a_mail(box=BOX, sender=sender, to=EVA, subject="New task: x", more=proven)
    decided = decide(mail, some_facts(BOX))

    assert mail.proof.state == "refuted"
    assert "R-10" not in hits(decided) or "UNKNOWN USER" in decided.words
    assert [one.flags for one in activities(decided)] == [(NOT_BELIEVED,)]
