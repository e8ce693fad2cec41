from tests.builders import BOB, BOX, EVA, JAN, PETR, STRANGER, a_mail, activities, decide


def test_outgoing_mail_is_one_activity_of_its_sender() -> None:
    """R-16, A-1: one outgoing activity, the sender responsible, however many recipients."""
    decided = decide(a_mail(sender=JAN, to=f"{PETR}, {BOB}", cc=BOX))

    (activity,) = activities(decided)
    assert activity.responsible.email == JAN
    assert activity.direction == "outgoing"
    assert decided.words == ("PROCESSED",)


def test_outgoing_mail_of_a_stranger_is_deleted() -> None:
    """R-16: outgoing by domain, but the sender is no user: DELETED."""
    assert decide(a_mail(sender="unknown@firma.cz", to=PETR)).words == ("DELETED",)


def test_incoming_mail_without_a_user_is_tried_as_outgoing() -> None:
    """R-16: an employee to one colleague who is no user becomes outgoing."""
    decided = decide(a_mail(sender=JAN, to="warehouse@firma.cz"))

    assert decided.direction == "outgoing"
    assert [activity.responsible.email for activity in activities(decided)] == [JAN]


def test_incoming_mail_with_a_user_is_not_made_twice() -> None:
    """R-16: near miss - incoming mail from user to user is one incoming activity."""
    decided = decide(a_mail(sender=JAN, to=EVA))

    assert [activity.direction for activity in activities(decided)] == ["incoming"]


def test_a_stranger_cannot_make_outgoing_activities() -> None:
    """R-16: hostile - the box in Cc does not make a stranger's mail outgoing for anybody."""
    decided = decide(a_mail(sender=STRANGER, to=PETR, cc=BOX))

    assert decided.words == ("DELETED",)
