import pytest

from tests.builders import BOX, EVA, JAN, PETR, STRANGER, a_box, a_mail, decide, reasons, some_facts


@pytest.mark.parametrize(
    ("sender", "to", "cc", "identifier", "direction"),
    [
        (PETR, JAN, "", "D-1", "incoming"),
        (JAN, PETR, BOX, "D-2", "outgoing"),
        (JAN, PETR, "", "D-3", "outgoing"),
        (JAN, f"{EVA}, other@firma.cz", "", "D-3", "outgoing"),
        (JAN, EVA, "", "D-1", "incoming"),
        (PETR, JAN, BOX, "D-4", "incoming"),
        ("scanner@firma.cz", f"{EVA}, {JAN}", "", "D-6", "incoming"),
        ("scanner@firma.cz", f"{EVA}, {PETR}", "", "D-6", "incoming"),
        ("scanner@firma.cz", f"{PETR}, other@firma.cz", "", "D-3", "outgoing"),
    ],
)
def test_the_direction_follows_box_and_domain(
    sender: str, to: str, cc: str, identifier: str, direction: str
) -> None:
    """D-1, D-2, D-3, D-4, D-6: by the box among the recipients, then by the sender's domain."""
    decided = decide(a_mail(sender=sender, to=to, cc=cc))

    assert reasons(decided, "R-14")[0].startswith(f"{identifier}:")
    assert decided.direction == direction


def test_the_manual_can_be_taken_literally() -> None:
    """D-4: with strictManualDirection a customer's reply-all with the box is outgoing: no user."""
    box = a_box(strict_manual_direction=True)

    decided = decide(a_mail(sender=PETR, to=JAN, cc=BOX), some_facts(box))

    assert decided.direction == "outgoing"
    assert decided.words == ("DELETED",)


def test_a_further_own_domain_counts() -> None:
    """D-3: domains of ownDomain are our own, like the box's."""
    box = a_box(own_domains=frozenset({"firma.cz", "elsewhere.example"}))

    decided = decide(a_mail(sender=STRANGER, to=PETR), some_facts(box))

    assert reasons(decided, "R-14")[0].startswith("D-3:")


def test_the_manual_can_be_taken_literally_for_own_domains() -> None:
    """D-6: with strictManualDirection mail of an own domain is outgoing, and lost if of nobody."""
    box = a_box(strict_manual_direction=True)
    decided = decide(a_mail(sender="scanner@firma.cz", to=f"{EVA}, {JAN}"), some_facts(box))

    assert decided.words == ("DELETED",)


def test_no_direction_is_decided_after_a_stop() -> None:
    """R-14: a chain that stopped before has no direction."""
    assert decide(a_mail(sender="nobody")).direction is None


def test_a_domain_that_only_ends_like_ours_is_foreign() -> None:
    """D-3: near miss - `notfirma.cz` is not `firma.cz`."""
    decided = decide(a_mail(sender="x@notfirma.cz", to=JAN))

    assert reasons(decided, "R-14")[0].startswith("D-1:")
