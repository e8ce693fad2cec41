"""The rules that remember, from emlDir to committed rows: marks, problems, invitations, threads."""

import itertools
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.writer.undo import undo_mail
from shared.netgenium.database.engine import write_transaction
from tests.builders import RECEIVED, raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR, arrive, bounce, invitation, problem


def _feed(installation: Installation, *mails: bytes) -> Installation:
    """Each mail in a run of its own."""
    for number, raw in enumerate(mails):
        arrive(installation, f"{len(installation.recorded)}-{number}.eml", raw)
        installation.run()
    return installation


def _boxes(installation: Installation, entity: str) -> tuple[bool | None, ...]:
    table = installation.erp.tables.table(entity).c
    query = select(table.allow_emails, table.allow_bulk_emails, table.non_functional)
    with installation.erp.engine.connect() as connection:
        return tuple(connection.execute(query.order_by(table.id)).first() or ())


def _undo(installation: Installation, mail_id: str) -> list[bool]:
    with write_transaction(installation.erp.engine) as connection:
        tables = installation.erp.tables
        undone = undo_mail(connection, tables, UUID(mail_id), "tester", RECEIVED)
    return [one.done for one in undone]


def test_an_opt_out_marks_a_contact_and_undo_restores_it(tmp_path: Path) -> None:
    """B-1, B-5: both boxes are cleared, the mark is listed, undo brings back what stood there."""
    installation = an_installation(tmp_path)
    before = _boxes(installation, "contact")

    _feed(installation, raw_mail(subject="Re: Nechci vaše e-maily!", sender=PETR, to=JAN))

    assert _boxes(installation, "contact") == (False, False, before[2])
    (mark,) = installation.list("marks")
    assert (mark["address"], mark["mark"], mark["undone"]) == (PETR, "do_not_send", False)
    assert mark["contacts"] == [PETR]
    assert _undo(installation, mark["mail_id"]) == [True]
    assert _boxes(installation, "contact") == before
    assert _undo(installation, mark["mail_id"]) == [False]
    assert [row["undone"] for row in installation.list("marks")] == [True]


def test_an_opt_out_of_a_stranger_forbids_the_address_once(tmp_path: Path) -> None:
    """B-1: nobody has the address: one row in the table of forbidden addresses, however often."""
    stranger = "max@elsewhere.example"
    mails = [raw_mail(text, subject="do not send", sender=stranger, to=JAN) for text in "ab"]
    mails[1] = mails[1].replace(b"09:12:00", b"10:12:00")
    installation = _feed(an_installation(tmp_path), *mails)

    assert installation.list("forbidden") == [{"address": stranger, "mark": "do_not_send"}]
    first, second = installation.list("marks")
    assert _undo(installation, first["mail_id"]) == [True]
    assert len(installation.list("forbidden")) == 1
    assert _undo(installation, second["mail_id"]) == [True]
    assert installation.list("forbidden") == []


def test_a_mark_that_two_mails_have_set_stays_until_both_are_undone(tmp_path: Path) -> None:
    """B-5: undoing one of two bounces changes nothing; undoing the other restores the original."""
    installation = an_installation(tmp_path)
    before = _boxes(installation, "contact")
    _feed(installation, bounce(PETR, "5.1.1", 2), bounce(PETR, "5.1.1", 3))
    first, second = installation.list("marks")

    assert _boxes(installation, "contact") == (before[0], before[1], True)
    _undo(installation, first["mail_id"])
    assert _boxes(installation, "contact")[2] is True
    _undo(installation, second["mail_id"])
    assert _boxes(installation, "contact") == before


def test_undo_leaves_what_somebody_has_changed_since(tmp_path: Path) -> None:
    """O-2: a person's change after the mark is kept, and undo says that it did nothing."""
    installation = _feed(an_installation(tmp_path), bounce(PETR, "5.1.1", 2))
    contact = installation.erp.tables.table("contact")
    with write_transaction(installation.erp.engine) as connection:
        connection.execute(update(contact).values(non_functional=False))

    assert _undo(installation, installation.list("marks")[0]["mail_id"]) == [False]


def test_a_bounce_is_pending_and_belongs_to_whose_mail_failed(tmp_path: Path) -> None:
    """R-2, A-5: the activity of a bounce is incoming and not completed."""
    installation = _feed(an_installation(tmp_path), bounce(PETR, "5.1.1", 2))

    (activity,) = installation.list("activities")
    assert activity["direction"] == "incoming"
    assert not activity["completed"]
    assert activity["responsible"] == JAN


@pytest.mark.parametrize("days", list(itertools.permutations((2, 3, 4))))
def test_three_soft_bounces_on_three_days_mark_in_any_order(
    tmp_path: Path, days: tuple[int, ...]
) -> None:
    """B-3, R-e: a full mailbox marks at its third day, whichever mail comes last."""
    installation = an_installation(tmp_path)

    _feed(installation, *(bounce(PETR, "5.2.2", day) for day in days[:2]))
    assert installation.list("marks") == []
    _feed(installation, bounce(PETR, "5.2.2", days[2]))

    (mark,) = installation.list("marks")
    assert (mark["address"], mark["mark"]) == (PETR, "broken")


@pytest.mark.parametrize("together", [True, False])
def test_a_problem_makes_one_task_that_later_mails_update(
    tmp_path: Path, *, together: bool
) -> None:
    """P-2, R-e: made once, then updated - also when both mails are in one group."""
    installation = an_installation(tmp_path)
    mails = (problem("nový", 1), problem("řeší se", 2))
    if together:
        for number, raw in enumerate(mails):
            arrive(installation, f"{number}.eml", raw)
        installation.run()
    else:
        _feed(installation, *mails)

    made = [task for task in installation.list("tasks") if task["problem_id"] == "77"]
    assert [(task["status"], task["contract"]) for task in made] == [("řeší se", "123")]
    assert installation.verdicts() == [
        "Task application, NEW TASK CREATED, DELETED",
        f"Task application, TASK {made[0]['id']} UPDATED, DELETED",
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_older_problem_mail_never_overwrites_a_newer_state(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """P-2, R-e: whatever the order of the mails, the newest state stands in the end."""
    mails = [problem(status, minute) for minute, status in enumerate(("nový", "řeší se", "hotovo"))]
    installation = _feed(an_installation(tmp_path), *(mails[number] for number in order))

    (task,) = [task for task in installation.list("tasks") if task["problem_id"] == "77"]
    assert task["status"] == "hotovo"


def test_a_task_made_by_a_mail_can_be_undone(tmp_path: Path) -> None:
    """O-2: the task is removed, its activities stay without it."""
    installation = an_installation(tmp_path)
    _feed(installation, raw_mail(subject="New task: Pumpa", sender=EVA, to=JAN))
    (task,) = [task for task in installation.list("tasks") if task["subject"] == "Pumpa"]

    assert _undo(installation, task["mail_id"]) == [True]

    assert "Pumpa" not in {task["subject"] for task in installation.list("tasks")}
    (activity,) = installation.list("activities")
    assert activity["task"] is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_invitation_update_and_cancel_end_alike_in_any_order(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """V2-1, V2-2, R-e: REQUEST, update and CANCEL give one cancelled record in whatever order."""
    mails = [
        invitation("REQUEST", 0),
        invitation("REQUEST", 1, "20261111T080000Z"),
        invitation("CANCEL", 2, "20261111T080000Z"),
    ]
    installation = _feed(an_installation(tmp_path), *(mails[number] for number in order))

    (found,) = installation.list("invitations")
    assert found["user"] == JAN
    assert found["cancelled"] is True


def test_a_cancelled_series_takes_its_changed_occurrences_along(tmp_path: Path) -> None:
    """V2-1, V2-2: one record for the series with its rule, one for the occurrence; both end."""
    moved = invitation("REQUEST", 1, "20261117T100000Z", lines="RECURRENCE-ID:20261117T080000Z")
    series = invitation("REQUEST", 0, lines="RRULE:FREQ=WEEKLY;COUNT=1000000")
    installation = _feed(an_installation(tmp_path), series, moved)
    whole, one = installation.list("invitations")
    assert (whole["rule"], one["rule"]) == ("FREQ=WEEKLY;COUNT=1000000", None)
    assert one["recurrence_id"] == "20261117T080000Z"

    _feed(installation, invitation("CANCEL", 2))

    assert [row["cancelled"] for row in installation.list("invitations")] == [True, True]


def test_only_the_organiser_changes_aninvitation(tmp_path: Path) -> None:
    """V2-2, H-26: another organiser, or a sender who is not the organiser, changes nothing."""
    mallory = "mallory@evil.example"
    installation = _feed(
        an_installation(tmp_path),
        invitation("REQUEST", 0),
        invitation("CANCEL", 3, sender=mallory, organizer=mallory),
        invitation("CANCEL", 4, sender=mallory),
        invitation("REQUEST", 5, "20261231T080000Z", sender=mallory),
    )

    (found,) = installation.list("invitations")
    assert (found["cancelled"], found["start"]) == (False, "2026-11-10T08:00:00Z")


def test_an_update_keeps_the_answer_unless_the_time_changes(tmp_path: Path) -> None:
    """V2-3: open at first; an answer survives an update of the same time and no other."""
    installation = _feed(an_installation(tmp_path), invitation("REQUEST", 0))
    assert installation.list("invitations")[0]["answer"] is None
    table = installation.erp.tables.table("invitation")
    with write_transaction(installation.erp.engine) as connection:
        connection.execute(update(table).values(answer="ACCEPTED"))

    _feed(installation, invitation("REQUEST", 1))
    assert installation.list("invitations")[0]["answer"] == "ACCEPTED"
    _feed(installation, invitation("REQUEST", 2, "20261112T080000Z"))
    assert installation.list("invitations")[0]["answer"] is None


@pytest.mark.parametrize("reply_first", [True, False])
def test_an_answer_is_shown_at_its_attendee(tmp_path: Path, *, reply_first: bool) -> None:
    """V2-1: a REPLY updates that attendee's answer, whether it comes before or after."""
    request = invitation("REQUEST", 0, organizer=EVA, sender=EVA, attendee=PETR)
    reply = invitation("REPLY", 0, organizer=EVA, attendee=PETR, answer="ACCEPTED")
    mails = (reply, request) if reply_first else (request, reply)
    installation = _feed(an_installation(tmp_path), *mails)

    (found,) = installation.list("invitations")
    assert found["answers"] == {PETR: "ACCEPTED"}


def test_an_answer_inherits_the_assignment_of_what_it_answers(tmp_path: Path) -> None:
    """A-6: by In-Reply-To, without a token; in one group as well as later."""
    installation = an_installation(tmp_path)
    first = raw_mail("Contract:123", sender=PETR, to=JAN, more="Message-ID: <a@acme.example>\n")
    reply = "In-Reply-To: <{}@acme.example>\nMessage-ID: <{}@acme.example>\n"
    second = raw_mail("Ok.", subject="Re: 1", sender=PETR, to=JAN, more=reply.format("a", "b"))
    third = raw_mail("Ok!", subject="Re: 2", sender=PETR, to=JAN, more=reply.format("b", "c"))
    installation.drop("1.eml", first)
    installation.drop("2.eml", second)
    installation.run()
    _feed(installation, third)

    assert [row["contract"] for row in installation.list("activities")] == ["123"] * 3


def test_a_duplicate_adds_the_user_whom_only_its_envelope_names(tmp_path: Path) -> None:
    """R-c: the copy from a Bcc'd employee's mailbox makes just that employee's activity, once."""
    copies = [
        raw_mail(sender=PETR, to=JAN, more=f"Delivered-To: {user}\nMessage-ID: <a@acme.example>\n")
        for user in (JAN, EVA, EVA)
    ]
    copies[2] = copies[2].replace(b"Hello", b"Hello ")
    installation = _feed(an_installation(tmp_path), *copies)

    assert installation.verdicts() == [
        "PROCESSED",
        "DUPLICATE KEY, PROCESSED",
        "DUPLICATE KEY, DELETED",
    ]
    assert [row["responsible"] for row in installation.list("activities")] == [JAN, EVA]


def test_a_key_claimed_in_advance_hides_no_mail(tmp_path: Path) -> None:
    """S-9: the real mail and, once, its copies are processed, whatever has claimed their key."""
    real = "Message-ID: <real@acme.example>\n"
    forged = raw_mail("", sender=PETR, to=JAN, more="Message-ID: <pre@evil.example>\n")
    copies = [
        raw_mail(f"Banner {user}. Contract:123", sender=PETR, to=JAN, more=f"{real}{field}\n")
        for user, field in (("", "X-A: 1"), ("b", "X-A: 2"), ("c", f"Delivered-To: {EVA}"))
    ]
    installation = _feed(an_installation(tmp_path), forged)
    _feed(installation, *copies)

    assert installation.verdicts() == [
        "PROCESSED",
        "PROCESSED",
        "DUPLICATE KEY, DELETED",
        "DUPLICATE KEY, PROCESSED",
    ]
    assert [row["responsible"] for row in installation.list("activities")] == [JAN, JAN, EVA]


def test_of_two_customers_the_first_has_the_problem(tmp_path: Path) -> None:
    """S-8: nobody changes a task that another domain has made, even of the same company."""
    mails = [
        problem(status, minute, sender)
        for status, minute, sender in (
            ("new", 1, "Petr@acme.example"),
            ("closed", 2, "p@home.cz"),
            ("open", 3, "office@acme.example"),
            ("closed", 4, "x@evil.example"),
        )
    ]
    installation = _feed(an_installation(tmp_path), *mails)

    (task,) = [row for row in installation.list("tasks") if row["problem_id"] == "77"]
    assert task["status"] == "open"
    assert [verdict.split(",")[0] for verdict in installation.verdicts()] == [
        "Task application",
        "PROCESSED",
        "Task application",
        "PROCESSED",
    ]


def test_mail_that_the_erp_sent_itself_makes_no_second_activity(tmp_path: Path) -> None:
    """R-f: an activity that no mail of ours made has the Message-ID: DUPLICATE KEY."""
    installation = an_installation(tmp_path)
    sent = raw_mail(sender=JAN, to=PETR, more="Message-ID: <erp-1@firma.cz>\n")
    _feed(installation, raw_mail("x", sender=EVA, to=PETR, subject="first"))
    table = installation.erp.tables.table("activity")
    with write_transaction(installation.erp.engine) as connection:
        found = connection.execute(select(table)).one()
        row = dict(zip(table.c.keys(), found, strict=True))
        row |= {"id": row["id"] + 1, "message_id": "<erp-1@firma.cz>"}
        connection.execute(table.insert().values(row))

    _feed(installation, sent)

    assert installation.verdicts()[-1] == "DUPLICATE KEY, DELETED"
