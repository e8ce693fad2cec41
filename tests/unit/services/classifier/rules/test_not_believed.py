import pytest

from services.classifier.chain import SoFar
from shared.domain.sent import NOT_BELIEVED
from tests.builders import EVA, JAN, PETR, a_box, a_mail, activities, decide, reasons, some_facts

MX = "mx.firma.cz"
REFUTED = f"Authentication-Results: {MX}; dmarc=fail header.from=firma.cz\n"
BOX = a_box(authserv_id=(MX,))


def _decide(to: str, subject: str = "Pump", more: str = REFUTED) -> SoFar:
    mail = a_mail(box=BOX, sender=JAN, to=to, subject=subject, more=more)
    return decide(mail, some_facts(BOX))


def test_a_forged_colleague_to_colleagues_is_incoming() -> None:
    """S-3: the mail reaches its recipients who are users, and says what it is."""
    decided = _decide(to=f"{EVA}, {PETR}")

    (activity,) = activities(decided)
    assert (activity.responsible.email, activity.direction) == (EVA, "incoming")
    assert activity.flags == decided.flags == (NOT_BELIEVED,)
    assert "S-3" in reasons(decided, "R-14")[0]


def test_what_a_forged_colleague_sends_outside_decides_nothing() -> None:
    """S-3: the user's activity all the same: pending, type E-mail, no token, default scope."""
    decided = _decide(to=PETR, subject="Contract:123 Phone call p9")
    believed = _decide(more="", to=PETR, subject="Contract:123 Phone call p9")

    (activity,) = activities(decided)
    assert (activity.responsible.email, activity.direction) == (JAN, "outgoing")
    assert not activity.completed
    assert activity.contract is None
    assert activity.type.name == "E-mail"
    assert activity.flags == (NOT_BELIEVED,)
    (other,) = activities(believed)
    assert other.completed
    assert other.contract is not None
    assert other.flags == ()
    assert activity.scope != other.scope


@pytest.mark.parametrize("result", ["pass", "none"])
def test_a_sender_who_is_not_refuted_is_himself(result: str) -> None:
    """S-3: near miss - proven or unknown, mail of a user is outgoing and completed."""
    more = f"Authentication-Results: {MX}; dmarc={result} header.from=firma.cz\n"
    (activity,) = activities(_decide(more=more, to=f"{EVA}, {PETR}"))

    assert activity.direction == "outgoing"
    assert activity.flags == ()


def test_who_asks_for_no_proof_gets_none() -> None:
    """S-3: with senderProof=off a refuted sender is believed."""
    box = a_box(authserv_id=(MX,), sender_proof="off")
    mail = a_mail(box=box, sender=JAN, to=f"{EVA}, {PETR}", more=REFUTED)
    (activity,) = activities(decide(mail, some_facts(box)))

    assert activity.direction == "outgoing"


def test_envelope_fields_count_as_far_as_our_servers_wrote_them() -> None:
    """S-11: what a sender writes below the border names nobody."""
    border = f"Received: from mail.evil.example (x [203.0.113.9]) by {MX};\n"
    forged = f"Delivered-To: {EVA}\n"
    ours = decide(a_mail(box=BOX, to="list@acme.example", more=forged + border), some_facts(BOX))
    theirs = decide(a_mail(box=BOX, to="list@acme.example", more=border + forged), some_facts(BOX))

    assert [one.responsible.email for one in activities(ours)] == [EVA]
    assert activities(theirs) == []
