"""What `undo` takes back, and in which order, however the mails came."""

import itertools
import json
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from services.answers.records import list_records
from services.writer.undo import undo_mail
from services.writer.undone import Undone
from shared.language.language import language
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import change_table, event_table
from shared.netgenium.schema.tables import ManyTable
from tests.builders import RECEIVED, raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR, arrive, bounce, problem


def _together(installation: Installation, *mails: bytes) -> list[str]:
    """All mails in one run, so in one transaction; gives their ids."""
    before = len(installation.recorded)
    for number, raw in enumerate(mails):
        arrive(installation, f"{before}-{number}.eml", raw)
    installation.run()
    return [str(mail.mail_id) for mail in installation.recorded[before:]]


def _one_by_one(installation: Installation, *mails: bytes) -> list[str]:
    return [mail_id for raw in mails for mail_id in _together(installation, raw)]


def _undo(installation: Installation, mail_id: str) -> Sequence[Undone]:
    with write_transaction(installation.erp.engine) as connection:
        return undo_mail(connection, installation.erp.tables, UUID(mail_id), "tester", RECEIVED)


def _is_broken(installation: Installation) -> bool:
    contact = installation.erp.tables.table("contact").c
    with installation.erp.engine.connect() as connection:
        return bool(connection.scalar(select(contact.non_functional).order_by(contact.id)))


def _state(installation: Installation) -> str | None:
    (task,) = (row for row in installation.list("tasks") if row["problem_id"])
    return str(task["status"])


def _timeline(installation: Installation, mail_id: str) -> list[tuple[str, str]]:
    own = event_table.c
    query = select(own.stage, own.what).where(own.cause_id == UUID(mail_id))
    with installation.erp.engine.connect() as connection:
        rows = connection.execute(query).all()
    return sorted((row.stage, row.what) for row in rows)


def test_the_timeline_tells_what_was_recorded_and_undone_once(tmp_path: Path) -> None:
    """O-2, R-d: a row for the mail, one for each change taken back; a second undo adds none."""
    installation = an_installation(tmp_path)
    (mail_id,) = _together(installation, problem("New", 1))
    assert _timeline(installation, mail_id) == [
        ("recorded", "Task application, NEW TASK CREATED, DELETED")
    ]

    # As the ERP shows it, not the row's id.
    number = max(str(row["number"]) for row in list_records(installation.erp, "tasks"))

    for _ in range(2):
        _undo(installation, mail_id)

    (_, (stage, what)) = _timeline(installation, mail_id)
    assert (stage, what) == ("undone", f"task {number}: removed, by tester")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("arrive", [_together, _one_by_one])
def test_a_mark_goes_with_the_last_mail_that_asked_for_it(
    tmp_path: Path, arrive: Callable[..., list[str]], order: Sequence[int]
) -> None:
    """B-5: three bounces of a contact, in one transaction or in three, undone in any order."""
    installation = an_installation(tmp_path)
    mails = arrive(installation, *(bounce(PETR, "5.1.1", day) for day in (2, 3, 4)))

    for number in order[:2]:
        _undo(installation, mails[number])
        assert _is_broken(installation)
    _undo(installation, mails[order[2]])

    assert not _is_broken(installation)
    assert all(row["undone"] for row in installation.list("marks"))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_forbidden_address_goes_with_the_last_mail(tmp_path: Path, order: Sequence[int]) -> None:
    """B-5: nobody has the address, three bounces in one transaction: one row, gone at the end."""
    installation = an_installation(tmp_path, bounce_reporter=("*",))
    stranger = "max@elsewhere.example"
    mails = _together(installation, *(bounce(stranger, "5.1.1", day) for day in (2, 3, 4)))
    assert len(installation.list("forbidden")) == 1

    for number in order[:2]:
        _undo(installation, mails[number])
        assert len(installation.list("forbidden")) == 1
    _undo(installation, mails[order[2]])

    assert installation.list("forbidden") == []


def test_one_mail_about_both_addresses_of_a_contact_is_undone_at_once(tmp_path: Path) -> None:
    """B-5: the contact is marked twice by one mail; one undo takes both back."""
    installation = an_installation(tmp_path, bounce_reporter=("*",))
    raw = bounce(PETR, "5.1.1", 2)
    second = b"\n\nFinal-Recipient: rfc822; p@home.cz\nAction: failed\nStatus: 5.1.1\n--b--"
    both = raw.replace(b"\n--b--", second)
    (mail,) = _together(installation, both)
    assert len(installation.list("marks")) == 2

    assert all(one.done for one in _undo(installation, mail))

    assert not _is_broken(installation)


@pytest.mark.parametrize("arrive", [_together, _one_by_one])
def test_states_of_a_problem_are_taken_back_newest_first(
    tmp_path: Path, arrive: Callable[..., list[str]]
) -> None:
    """O-2, P-2: an older state is not undone beneath a newer one, and the refusal names it."""
    installation = an_installation(tmp_path)
    new, working, solved = arrive(
        installation, problem("new", 1), problem("working", 2), problem("solved", 3)
    )
    assert _state(installation) == "solved"

    for older in (new, working):
        (refused,) = _undo(installation, older)
        assert not refused.done
        assert "has changed it later" in refused.detail
        assert "později to změnil" in language("cs").tell(refused.sentence)
    assert [one.done for one in _undo(installation, solved)] == [True]
    assert _state(installation) == "working"
    assert [one.done for one in _undo(installation, working)] == [True]
    assert _state(installation) == "new"
    assert [one.done for one in _undo(installation, new)] == [True]
    assert [row for row in installation.list("tasks") if row["problem_id"]] == []


@pytest.mark.parametrize(
    "change", [{"text": "40 lines of notes"}, {"due_date": RECEIVED}, {"approver": None}]
)
def test_a_task_that_somebody_has_worked_on_stays(
    tmp_path: Path, change: dict[str, object]
) -> None:
    """O-2: whatever mapped value was changed or filled in since, the task is not removed."""
    installation = an_installation(tmp_path)
    (mail,) = _together(installation, raw_mail(subject="New task: Seals", sender=JAN, to=EVA))
    task = installation.erp.tables.table("task")
    with write_transaction(installation.erp.engine) as connection:
        newest = select(task.c.id).order_by(task.c.id.desc()).limit(1).scalar_subquery()
        connection.execute(update(task).where(task.c.id == newest).values(change))

    (refused,) = _undo(installation, mail)

    assert not refused.done
    assert next(iter(change)) in refused.detail
    assert any(row["mail_id"] == mail for row in installation.list("tasks"))


@pytest.mark.parametrize("mapped_then", [True, False])
def test_a_task_that_somebody_watches_stays_or_goes_with_its_watchers(
    tmp_path: Path, *, mapped_then: bool
) -> None:
    """O-2, E-2: a watcher is work of a person; where watchers were not mapped, nobody can say so.

    Then none of their rows is left that names a task which is gone.
    """
    installation = an_installation(tmp_path)
    erp = installation.erp.tables
    (mail,) = _together(installation, raw_mail(subject="New task: Seals", sender=JAN, to=EVA))
    task, people = erp.table("task").c, [erp.many("task", one) for one in ("watchers", "solvers")]
    tables = [one.table for one in people if isinstance(one, ManyTable)]
    with write_transaction(installation.erp.engine) as connection:
        made = connection.scalar(select(task.id).order_by(task.id.desc()).limit(1))
        connection.execute(insert(tables[0]).values(owner=made, value=1))
        if not mapped_then:
            known = json.loads(str(connection.scalar(select(change_table.c.new_values))))
            del known["watchers"]
            connection.execute(update(change_table).values(new_values=json.dumps(known)))

    (undone,) = _undo(installation, mail)

    with installation.erp.engine.connect() as connection:
        counts = [select(func.count()).where(table.c.owner == made) for table in tables]
        left = [connection.scalar(one) for one in counts]
    assert (undone.done, left) == ((False, [1, 1]) if mapped_then else (True, [0, 0]))


def test_undoing_a_mark_of_soft_bounces_forgets_the_counts(tmp_path: Path) -> None:
    """B-3, B-5: after it, one more soft bounce is a first one again."""
    installation = an_installation(tmp_path)
    softs = _one_by_one(installation, *(bounce(PETR, "5.2.2", day) for day in (2, 3, 4)))
    assert _is_broken(installation)

    assert all(one.done for one in _undo(installation, softs[2]))
    assert not _is_broken(installation)
    _one_by_one(installation, bounce(PETR, "5.2.2", 5))

    assert not _is_broken(installation)


def test_a_count_can_be_taken_back(tmp_path: Path) -> None:
    """B-3, O-2: a mail that only counted a soft bounce: it counts no more."""
    installation = an_installation(tmp_path)
    first, _ = _one_by_one(installation, bounce(PETR, "5.2.2", 2), bounce(PETR, "5.2.2", 3))

    (undone,) = _undo(installation, first)
    assert (undone.done, undone.what) == (True, f"soft bounces of {PETR}")
    assert _undo(installation, first) == []
    _one_by_one(installation, bounce(PETR, "5.2.2", 4))

    assert not _is_broken(installation)


def test_states_that_come_and_go_in_one_transaction_are_undone(tmp_path: Path) -> None:
    """O-2, P-2: open, then new again: the values do not tell which was later, the order does."""
    installation = an_installation(tmp_path)
    (new,) = _together(installation, problem("new", 1))
    opened, again = _together(installation, problem("open", 2), problem("new", 3))

    assert [one.done for one in _undo(installation, opened)] == [False]
    assert [one.done for one in _undo(installation, again)] == [True]
    assert _state(installation) == "open"
    assert [one.done for one in _undo(installation, opened)] == [True]
    assert [one.done for one in _undo(installation, new)] == [True]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_each_check_box_goes_back_to_what_stood_before_the_first_mark(
    tmp_path: Path, order: Sequence[int]
) -> None:
    """B-1, B-5: a person has restored one of two boxes between two opt-outs; both come back."""
    installation = an_installation(tmp_path)
    contact = installation.erp.tables.table("contact")
    boxes = select(contact.c.allow_emails, contact.c.allow_bulk_emails).where(contact.c.id == 1)
    with write_transaction(installation.erp.engine) as connection:
        connection.execute(update(contact).values(allow_emails=True, allow_bulk_emails=True))
    stop = [raw_mail(text, subject="do not send", sender=PETR, to=JAN) for text in "ab"]
    stop[1] = stop[1].replace(b"09:12:00", b"10:12:00")
    mails = _together(installation, stop[0])
    with write_transaction(installation.erp.engine) as connection:
        connection.execute(update(contact).values(allow_bulk_emails=True))
    mails += _together(installation, stop[1])

    for number in order:
        assert all(one.done for one in _undo(installation, mails[number]))

    with installation.erp.engine.connect() as connection:
        assert tuple(connection.execute(boxes).one()) == (True, True)


def test_a_long_subject_is_set_back_word_by_word(tmp_path: Path) -> None:
    """O-2, P-2: where the mapping gives subjects more room, the old one is kept as it was."""
    mapping = tmp_path / "mapping.toml"
    reference = (resources.files("shared.netgenium.schema") / "reference.toml").read_text("utf-8")
    short = 'subject = "ng_predmet", text = "ng_text", status'
    assert short in reference
    long = short.replace('"ng_predmet"', '{ name = "ng_predmet", length = 900 }')
    mapping.write_text(reference.replace(short, long), "utf-8")
    installation = an_installation(tmp_path, mapping=mapping)
    _together(installation, problem("new", 1))
    task, subject = installation.erp.tables.table("task"), "Lis stojí. " * 60
    with write_transaction(installation.erp.engine) as connection:
        ours = update(task).where(task.c.problem_id == "77")
        connection.execute(ours.values(subject=subject))

    (mail,) = _together(installation, problem("open", 2))
    assert _subjects(installation) == [("Lis stojí", "open")]
    assert [one.done for one in _undo(installation, mail)] == [True]

    assert _subjects(installation) == [(subject, "new")]


def _subjects(installation: Installation) -> list[tuple[str, str]]:
    tasks = installation.list("tasks")
    return [(str(row["subject"]), str(row["status"])) for row in tasks if row["problem_id"]]
