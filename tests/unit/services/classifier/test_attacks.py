"""Each attack by mail that worked once, and at least three more of its kind, come to nothing."""

import pytest

from tests.attacks.attack import Attack, outcome_of
from tests.attacks.attacks import NAMES, SINGLE, rows_by_name
from tests.attacks.contents import CONTENTS, Content
from tests.builders import a_box, decide, some_facts


@pytest.mark.parametrize("attack", SINGLE, ids=str)
def test_an_attack_by_one_mail_gains_nothing(attack: Attack) -> None:
    """S-1, S-2, S-3, S-4, S-5, S-7, S-8, S-10, S-11: what is not believed is refused or flagged."""
    mail, facts = attack.read(), some_facts(a_box(**attack.settings), **attack.earlier)

    assert outcome_of(mail, decide(mail, facts)) == attack.outcome


@pytest.mark.parametrize("content", CONTENTS, ids=str)
def test_what_a_mail_would_leave_in_the_erp_is_harmless_and_bounded(content: Content) -> None:
    """A-3, A-4, H-3, H-4, H-10, H-13, H-14: names, HTML, dates, and how much of everything."""
    assert content.seen(content.message()) == content.expected


def test_every_input_of_the_audit_has_at_least_three_more_of_its_kind() -> None:
    """S-1: no name is forgotten, and none is invented."""
    rows = rows_by_name()

    assert rows.keys() == NAMES
    assert min(rows.values()) >= 4
