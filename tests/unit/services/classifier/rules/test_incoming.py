import pytest

from tests.builders import (
    ACME,
    BETA,
    BOB,
    EVA,
    JAN,
    NO_ROLE,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    reasons,
    some_facts,
)


def test_every_recipient_who_is_a_user_gets_an_activity() -> None:
    """R-15, A-1: one incoming activity per user, that user responsible, PROCESSED once."""
    decided = decide(a_mail(to=f"{JAN}, {BOB}", cc=f"{EVA}, {JAN.upper()}"))

    made = activities(decided)
    assert [activity.responsible.email for activity in made] == [JAN, EVA]
    assert {activity.direction for activity in made} == {"incoming"}
    assert decided.words == ("PROCESSED",)


def test_a_blind_copy_to_oneself_is_no_incoming_mail() -> None:
    """R-c: whoever keeps a copy of his own mail receives nothing; a colleague in Bcc does."""
    decided = decide(a_mail(sender=JAN, to=EVA, more=f"Delivered-To: {JAN}\n"))
    colleague = decide(a_mail(sender=PETR, to=EVA, more=f"Delivered-To: {JAN}\n"))

    assert [activity.responsible.email for activity in activities(decided)] == [EVA]
    assert [activity.responsible.email for activity in activities(colleague)] == [EVA, JAN]


def test_activities_of_one_mail_have_ids_of_their_own() -> None:
    """R-15: command ids differ by recipient and are the same when classified again."""
    first = [a.command_id for a in activities(decide(a_mail(to=f"{JAN}, {EVA}")))]
    again = [a.command_id for a in activities(decide(a_mail(to=f"{JAN}, {EVA}")))]

    assert len(set(first)) == 2
    assert first == again


def test_incoming_mail_without_a_user_is_deleted() -> None:
    """R-17: no recipient and no sender is a user, so nothing is made: DELETED."""
    decided = decide(a_mail(sender=STRANGER, to=PETR))

    assert decided.words == ("DELETED",)
    assert hits(decided) == ["R-14", "R-17"]


def test_incoming_mail_may_stay_pending() -> None:
    """A-5: saveIncomingAsPending leaves the completion date empty; else it is the mail's date."""
    pending = some_facts(a_box(save_incoming_as_pending=True))

    assert activities(decide(a_mail()))[0].completed
    assert not activities(decide(a_mail(), pending))[0].completed
    assert activities(decide(a_mail(sender=JAN, to=PETR), pending))[0].completed


def test_only_known_customers_can_be_asked_for() -> None:
    """A-2: onlyKnownCustomers makes no activity for a sender who is not in the address book."""
    facts = some_facts(a_box(only_known_customers=True))

    assert decide(a_mail(sender=STRANGER), facts).words == ("DELETED",)
    assert decide(a_mail(sender=PETR), facts).words == ("PROCESSED",)


def test_a_user_without_role_sees_no_scope() -> None:
    """T-5: no role, no scope; the activity is made all the same."""
    (activity,) = activities(decide(a_mail(to=NO_ROLE)))

    assert activity.scope == ()


def test_a_customer_found_twice_is_known() -> None:
    """A-2: whose it is cannot be told, so nothing is linked; but the mail is a customer's."""
    facts = some_facts(
        a_box(only_known_customers=True), relationships_by_domain={"gama.example": (ACME, BETA)}
    )
    decided = decide(a_mail(sender="ota@gama.example"), facts)

    (activity,) = activities(decided)
    assert activity.relationship is None
    assert decided.words == ("PROCESSED",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("Auto-Submitted: auto-replied\n", "an automatic answer"),
        ("X-Autoreply: yes\n", "an automatic answer"),
        ("Auto-Submitted: auto-generated\n", "sent by a program"),
        ("Precedence: bulk\n", "sent by a program"),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\n",
            "a receipt",
        ),
    ],
)
def test_the_trace_says_that_a_program_sent_a_mail(more: str, said: str) -> None:
    """H-23: absence notes, receipts and notices make an activity as any mail, and say so."""
    decided = decide(a_mail(more=more))

    assert decided.words == ("PROCESSED",)
    assert reasons(decided, "H-23")[0].startswith(said)
    assert reasons(decide(a_mail()), "H-23") == []
