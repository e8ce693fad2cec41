from typing import Any

import pytest

from shared.contracts.references import UserRef
from shared.domain.directory import AddressBookEntry, User
from shared.settings.value_types import MailGroup
from tests.builders import (
    ACME,
    BETA,
    BOB,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    reasons,
    some_facts,
    tasks,
)

SALES = "obchod@firma.cz"
GROUP = MailGroup(address=SALES, members=(JAN, EVA, "nobody@firma.cz"))
BOX = a_box(mail_groups=(GROUP,))


def _responsible(**mail: Any) -> list[str]:
    decided = decide(a_mail(box=BOX, **mail), some_facts(BOX))
    return [activity.responsible.email for activity in activities(decided)]


@pytest.mark.parametrize("to", [SALES, SALES.upper(), f"{SALES}, {JAN}", f"{PETR}, {SALES}"])
def test_a_group_counts_as_its_users(to: str) -> None:
    """R-c, A-1: each gets an activity, once, as if the mail had named them."""
    assert _responsible(to=to) == [JAN, EVA]


def test_a_group_that_only_the_envelope_names_counts_as_well() -> None:
    """R-c: in blind copy, as the server notes it in Delivered-To."""
    assert _responsible(to=BOB, more=f"Delivered-To: {SALES}\n") == [JAN, EVA]


def test_an_address_that_is_no_group_counts_for_itself() -> None:
    """R-c: near miss - one letter more, and nobody gets it."""
    assert _responsible(to=f"x{SALES}") == []


def test_the_trace_names_the_users_and_who_is_none() -> None:
    """R-c: every decision explains itself."""
    said = reasons(decide(a_mail(box=BOX, to=SALES), some_facts(BOX)), "R-c")

    assert said == [
        f"{SALES} counts as {JAN}, {EVA}",
        f"nobody@firma.cz of the group {SALES}: no user",
    ]


def test_a_new_task_to_a_group_is_its_users() -> None:
    """N-1, R-c: they are the solvers."""
    mail = a_mail(box=BOX, sender=JAN, to=SALES, subject="New task: gates")

    (task,) = tasks(decide(mail, some_facts(BOX)))

    assert [user.email for user in task.solvers] == [JAN, EVA]


def test_a_group_is_no_customer() -> None:
    """A-2, R-c: an outgoing mail is linked to the customer, though the group is in the book."""
    outside = MailGroup(address=BOB, members=(EVA,))
    box = a_box(mail_groups=(outside,))

    mail = a_mail(box=box, sender=JAN, to=f"{BOB}, {PETR}, {STRANGER}")
    (activity,) = activities(decide(mail, some_facts(box)))

    assert activity.relationship == ACME


def test_a_customer_who_is_found_twice_is_known() -> None:
    """A-2: onlyKnownCustomers keeps his mail, without a link and with the reason; both ways."""
    box = a_box(only_known_customers=True)
    twice = (AddressBookEntry(None, ACME), AddressBookEntry(None, BETA))
    facts = some_facts(box, address_book={STRANGER: twice}, relationships_by_domain={})
    both = some_facts(box, relationships_by_domain={"elsewhere.example": (ACME, BETA)})

    for mail in (a_mail(sender=STRANGER), a_mail(sender=JAN, to=f"{STRANGER}, x@y.example")):
        for known in (facts, both):
            decided = decide(mail, known)
            (activity,) = activities(decided)
            assert (activity.contact, activity.relationship) == (None, None)
            assert any("no link" in reason for reason in reasons(decided, "A-2"))
    assert decide(a_mail(sender="x@y.example"), both).words == ("DELETED",)


def test_two_users_with_one_address_are_told() -> None:
    """A-1: the first one has the mail, and the trace says who has not."""
    users = {JAN: User(UserRef(id=1, email=JAN), twins=(7,)), EVA: User(UserRef(id=2, email=EVA))}

    decided = decide(a_mail(to=f"{JAN}, {EVA}"), some_facts(users=users))

    assert [activity.responsible.id for activity in activities(decided)] == [1, 2]
    assert reasons(decided, "A-1") == [f"{JAN} is also the address of user 7: no copy"]
