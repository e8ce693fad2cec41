from dataclasses import replace
from uuid import UUID

import pytest

from shared.domain.earlier import Processed
from tests.builders import (
    BOX,
    EVA,
    JAN,
    PETR,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    reasons,
    some_facts,
)

FIRST = Processed(UUID(int=9), "other", a_mail().marks)


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "Envelope-To", "Resent-To"])
def test_a_user_whom_the_envelope_names_gets_an_activity(field: str) -> None:
    """R-c: a Bcc'd employee; the box in such a field makes no recipient."""
    more = f"{field}: {EVA}\n{field}: {BOX}\n"
    decided = decide(a_mail(more=more))

    assert [one.responsible.email for one in activities(decided)] == [JAN, EVA]
    assert [one.by_envelope for one in activities(decided)] == [False, True]
    assert activities(decided)[0].direction == "incoming"


def test_a_duplicate_gives_only_the_activity_that_is_missing() -> None:
    """R-c: DUPLICATE KEY, PROCESSED; users of To have theirs from the first copy."""
    decided = decide(a_mail(more=f"Delivered-To: {EVA}\n"), some_facts(processed=FIRST))

    assert decided.words == ("DUPLICATE KEY", "PROCESSED")
    assert [one.responsible.email for one in activities(decided)] == [EVA]


@pytest.mark.parametrize("user", [JAN, EVA, BOX, "x@elsewhere.example"])
def test_a_duplicate_that_names_nobody_new_stays_one(user: str) -> None:
    """R-c, R-1: the user has an activity already, or is a recipient, or no user."""
    done = replace(FIRST, responsible=frozenset({1, 2}))
    decided = decide(a_mail(more=f"Delivered-To: {user}\n"), some_facts(processed=done))

    assert decided.words == ("DUPLICATE KEY", "DELETED")


def test_a_duplicate_of_a_mail_that_no_rule_wanted_adds_nothing() -> None:
    """R-c, R-12: the first copy was ignored; so is this one."""
    box = a_box(ignore_subject=("Delivery",))
    mail = a_mail(box=box, more=f"Delivered-To: {EVA}\n")

    assert decide(mail, some_facts(box, processed=FIRST)).words == ("DUPLICATE KEY", "DELETED")


def test_colleagues_copies_of_an_outgoing_mail_add_nothing() -> None:
    """R-c, D-3: the sender is responsible, whoever forwarded a copy."""
    mail = a_mail(sender=JAN, to=f"{PETR}, {EVA}", more=f"Delivered-To: {EVA}\n")

    assert decide(mail, some_facts(processed=FIRST)).words == ("DUPLICATE KEY", "DELETED")


def test_mail_that_the_erp_sent_is_a_duplicate() -> None:
    """R-f, H-21: by the Message-ID of an activity; only if its sender is one of us."""
    facts = some_facts(erp_message_ids=frozenset({"<e@firma.cz>"}))
    more = "Message-ID: <e@firma.cz>\n"

    assert decide(a_mail(sender=JAN, to=PETR, more=more), facts).words == (
        "DUPLICATE KEY",
        "DELETED",
    )
    assert decide(a_mail(sender=PETR, more=more), facts).words == ("PROCESSED",)


@pytest.mark.parametrize(
    ("pattern", "sent"),
    [
        ("*@erp.firma.cz>", True),
        ("Message-ID: <ng-*@erp.firma.cz>", True),
        ("X-Mailer: net genium*", True),
        ("X-Mailer: genium", False),
        ("X-None: *", False),
    ],
)
def test_a_pattern_tells_mail_that_the_erp_sent(pattern: str, sent: bool) -> None:  # noqa: FBT001
    """R-f: erpMailPattern names a field, else the Message-ID; `*` stands for anything."""
    box = a_box(erp_mail_pattern=pattern)
    more = "Message-ID: <ng-5@erp.firma.cz>\nX-Mailer: NET Genium 5.1\n"
    decided = decide(a_mail(box=box, sender=JAN, to=PETR, more=more), some_facts(box))

    assert ("R-1" in hits(decided)) == sent
    assert ("R-f" in reasons(decided, "R-1")[0]) == sent
