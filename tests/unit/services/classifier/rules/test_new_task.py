import pytest

from tests.builders import (
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    hits,
    reasons,
    some_facts,
    tasks,
)


@pytest.mark.parametrize(
    "subject",
    [
        "New task: Order seals",
        "new task:Order seals",
        "Fwd: FW: New task : Order seals",
        "Nový úkol: Order seals",
        "PŘEPOSLÁNO: NOVY UKOL:  Order seals",
    ],
)
def test_a_user_gets_a_task(subject: str) -> None:
    """N-1: one task with the subject after the colon, solvers and approver; R-10 goes on."""
    decided = decide(a_mail(subject=subject, sender=JAN, to=f"{EVA}, {PETR}", cc=BOX))

    (task,) = tasks(decided)
    assert task.subject == "Order seals"
    assert [user.email for user in task.solvers] == [EVA]
    assert task.approver is not None
    assert task.approver.email == JAN
    assert decided.words == ("NEW TASK CREATED", "PROCESSED")


def test_the_mails_activities_are_linked_to_the_task() -> None:
    """N-1: the activity of the same mail refers to the task that is being made."""
    decided = decide(a_mail("Task:55\n", subject="New task: X", sender=JAN, to=EVA, cc=BOX))

    (task,), (activity,) = tasks(decided), activities(decided)
    assert activity.task_command == task.command_id
    assert activity.task is None


def test_a_token_assigns_the_task_to_its_contract() -> None:
    """N-1: a contract token puts the new task under that contract too."""
    decided = decide(a_mail("Contract:123\n", subject="New task: X", sender=JAN, to=EVA))

    (task,) = tasks(decided)
    assert task.contract is not None
    assert task.contract.number == "123"


def test_a_stranger_gets_no_task() -> None:
    """R-10: a sender who is no user gives UNKNOWN USER and no task; the mail goes on."""
    decided = decide(a_mail(subject="New task: Pay", sender=STRANGER, to=JAN))

    assert decided.words == ("UNKNOWN USER", "PROCESSED")
    assert tasks(decided) == []


def test_a_task_may_have_no_solver() -> None:
    """N-1: without a recipient who is a user the task has no solver, and the trace says so."""
    decided = decide(a_mail(subject="New task: Call", sender=JAN, to=PETR))

    assert tasks(decided)[0].solvers == ()
    assert "without solver" in reasons(decided, "N-1")[0]


def test_the_box_is_never_a_solver() -> None:
    """N-1: the box is no solver, even if the ERP has a user with its address."""
    facts = some_facts()
    facts = some_facts(users={**facts.directory.users, BOX: facts.directory.users[EVA]})

    decided = decide(a_mail(subject="New task: Call", sender=JAN, to=BOX), facts)

    assert tasks(decided)[0].solvers == ()


@pytest.mark.parametrize(
    "subject", ["Re: New task: X", "A new task: X", "New tasks: X", "New task"]
)
def test_other_subjects_ask_for_no_task(subject: str) -> None:
    """R-10: near miss - only forward prefixes may stand before the phrase."""
    assert "R-10" not in hits(decide(a_mail(subject=subject, sender=JAN)))


def test_the_task_stands_when_the_subject_is_ignored() -> None:
    """R-12: commands already emitted stand; the mail makes no activity."""
    box = a_box(ignore_subject=("silent",))

    decided = decide(a_mail(subject="New task: silent", sender=JAN, to=EVA), some_facts(box))

    assert decided.words == ("NEW TASK CREATED", "IGNORED", "DELETED")
    assert len(tasks(decided)) == 1
    assert activities(decided) == []


@pytest.mark.parametrize(
    "subject",
    [
        "[EXTERNAL] New task: fix it",
        "FW: [SPAM] Nová úloha: fix it",
        "[EXT] Fwd[2]: New task: fix it",
    ],
)
def test_tags_and_counters_do_not_hide_the_phrase(subject: str) -> None:
    """R-10, N-1: gateways put tags before a subject; the task's subject has none."""
    (task,) = tasks(decide(a_mail(subject=subject, sender=JAN, to=PETR)))

    assert task.subject == "fix it"


@pytest.mark.parametrize("subject", ["New task:", "Fwd: Nový úkol: "])
def test_a_task_always_has_a_subject(subject: str) -> None:
    """N-1: with nothing behind the colon it has the mail's own, without forward prefixes."""
    (task,) = tasks(decide(a_mail(sender=JAN, to=EVA, subject=subject)))

    assert task.subject == subject.removeprefix("Fwd: ").strip()
