import pytest

from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.references import RecordRef
from tests.builders import (
    EVA,
    JAN,
    PETR,
    a_box,
    a_mail,
    decide,
    hits,
    raw_mail,
    reasons,
    some_facts,
    tasks,
)

HTML = (
    "<p>Contract: 123</p><table><tr><td>Předmět</td><td>Lis stojí</td></tr>"
    "<tr><td>Stav:</td><td></td><td>Nový</td></tr></table>"
    '<a href="https://erp.firma.cz/p.aspx?form=1&amp;id=77">otevřít</a>'
)
TEXT = (
    "Contract:123\nSubject: Press stands\nStatus:\tNew\nhttps://erp.firma.cz/p?x=1&id=77 (open)\n"
)
AS_HTML = "Content-Type: text/html; charset=utf-8\n"


@pytest.mark.parametrize(
    ("subject", "body", "more", "status"),
    [
        ("New Issue No. 77", TEXT, "", "New"),
        ("Nový problém č. 77: lis", HTML, AS_HTML, "Nový"),
        ("status PROBLEM No.: 77", TEXT, "", "New"),
    ],
)
def test_a_problem_mail_becomes_a_task(subject: str, body: str, more: str, status: str) -> None:
    """R-6, P-1, P-2: from text and HTML, English and Czech; the chain stops."""
    decided = decide(a_mail(body, subject=subject, sender=JAN, to=EVA, more=more))

    (task,) = decided.commands
    assert isinstance(task, CreateTask)
    assert (task.problem_id, task.status) == ("77", status)
    assert task.contract == RecordRef(id=1, number="123")
    assert [user.email for user in task.solvers] == [EVA]
    assert decided.words == ("Task application", "NEW TASK CREATED", "DELETED")


def test_a_known_problem_is_an_update() -> None:
    """P-2: the log has the id of the ERP's task."""
    facts = some_facts(problem_tasks={"77": RecordRef(id=42, number="60")})
    decided = decide(a_mail(TEXT, subject="Problem No. 77", sender=JAN), facts)

    assert isinstance(decided.commands[0], UpdateTask)
    assert decided.words == ("Task application", "TASK 42 UPDATED", "DELETED")


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("Contract:123", "contract number"),
        ("&id=77", "problem id"),
        ("Status:\tNew", "status"),
        ("Subject: Press stands", "subject"),
    ],
)
def test_a_missing_fact_makes_an_invalid_task(without: str, told: str) -> None:
    """P-3: any of the four missing: INVALID TASK, nothing done."""
    decided = decide(a_mail(TEXT.replace(without, ""), subject="Problem No. 77", sender=JAN))

    assert decided.words == ("INVALID TASK", "DELETED")
    assert decided.commands == ()
    assert told in reasons(decided, "R-6")[0]


def test_a_problem_mail_of_no_problem_sender_is_ordinary_mail() -> None:
    """P-2, H-18: problemSender limits who; a customer's mail about a problem is not lost."""
    box = a_box(problem_sender=(JAN,))
    decided = decide(a_mail(TEXT, box=box, subject="Problem No. 7", sender=PETR), some_facts(box))

    assert decided.words == ("PROCESSED",)
    assert tasks(decided) == []
    assert "problemSender" in reasons(decided, "R-6")[0]


def test_a_refuted_sender_makes_no_problem() -> None:
    """S-1, H-18: a forged problem mail."""
    box = a_box(authserv_id=("mx",))
    more = "Authentication-Results: mx; dmarc=fail\n"
    mail = a_mail(TEXT, box=box, subject="Problem No. 7", sender=JAN, more=more)

    assert decide(mail, some_facts(box)).words == ("INVALID TASK", "DELETED")


@pytest.mark.parametrize(
    "subject", ["A problem No. 7", "Problems No. 7", "Re: Problem No. 7", "Problém C. V. Hora", ""]
)
def test_another_subject_is_no_problem_mail(subject: str) -> None:
    """R-6: the subject must start with the phrase."""
    assert "R-6" not in hits(decide(a_mail(TEXT, subject=subject, sender=JAN)))


def test_a_problem_id_of_many_digits_is_none() -> None:
    """P-1, H-18: at most 18 digits."""
    body = TEXT.replace("77", "7" * 19)

    assert decide(a_mail(body, subject="Problem No. 1", sender=JAN)).words[0] == "INVALID TASK"


def test_a_flood_of_rows_and_links_ends() -> None:
    """P-1, H-6: a hundred thousand rows and links are bounded."""
    rows = "<tr><td>Status" * 20_000 + '<a href="?id=1">' * 20_000
    raw = raw_mail(rows, subject="Problem No. 1", sender=JAN, more=AS_HTML)

    assert decide(a_mail(raw)).words == ("INVALID TASK", "DELETED")
