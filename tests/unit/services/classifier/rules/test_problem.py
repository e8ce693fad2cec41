import pytest

from services.classifier.chain import SoFar
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.references import RecordRef
from shared.domain.directory import AddressBookEntry, RecordMatch
from shared.domain.problem_tasks import ProblemTask
from shared.settings.box import Box
from tests.builders import (
    ACME,
    BOB,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
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
    facts = some_facts(problem_tasks={"77": ProblemTask(42, "60")})
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


def _told(sender: str, box: Box | None = None, text: str = TEXT, **facts: object) -> SoFar:
    """What becomes of a problem mail of `sender`; contract 123 is of ACME, 7 of Beta."""
    box = box or a_box()
    known = {
        "records": {
            ("contract", "123"): RecordMatch(exact=RecordRef(id=1, number="123")),
            ("contract", "7"): RecordMatch(exact=RecordRef(id=7, number="7")),
        },
        "owners": {("contract", 1): frozenset({1}), ("contract", 7): frozenset({2})},
    }
    more = "Authentication-Results: mx; dmarc=pass header.from=" + sender.rpartition("@")[2]
    mail = a_mail(text, box=box, subject="Status Problem No. 77", sender=sender, more=f"{more}\n")
    return decide(mail, some_facts(box, **(known | facts)))


def _task(*makers: str, contract: int | None = 1) -> ProblemTask:
    return ProblemTask(42, "60", contract, frozenset(makers))


def _is_ordinary(decided: SoFar) -> bool:
    """Whether the mail made no task but a flagged activity."""
    flagged = ["problem not believed" in one.flags for one in activities(decided)]
    return decided.words == ("PROCESSED",) and flagged == [True]


PROVEN = a_box(authserv_id=("mx",))
OF_ACME = "helpdesk@acme.example"


@pytest.mark.parametrize(
    ("sender", "text", "made"),
    [
        (JAN, TEXT, True),
        ("problems@firma.cz", TEXT, True),
        (PETR, TEXT, True),
        (OF_ACME, TEXT, True),
        (BOB, TEXT, False),
        (BOB, TEXT.replace("123", "7"), True),
        ("x@evil.example", TEXT, False),
        ("x@evil.example", TEXT.replace("Contract:123", ""), False),
        (PETR, TEXT.replace("123", "999"), False),
        (PETR, "There is a problem with our press.", False),
    ],
)
def test_a_problem_is_told_by_us_and_by_those_whose_contract_it_is(
    sender: str, text: str, *, made: bool
) -> None:
    """S-8, P-2: everybody else's mail about a problem is ordinary mail, flagged and not lost."""
    decided = _told(sender, PROVEN, text)

    assert (decided.words[0] == "Task application") is made
    assert _is_ordinary(decided) is not made


@pytest.mark.parametrize("box", [PROVEN, a_box()], ids=["proven", "no results"])
def test_a_proof_says_who_not_whether_he_may(box: Box) -> None:
    """S-8: an outsider who is proven for his own domain closes nobody's problem."""
    decided = _told("x@evil.example", box, problem_tasks={"77": _task(OF_ACME)})

    assert _is_ordinary(decided)
    assert "x@evil.example is no problemSender" in reasons(decided, "R-6")[0]


@pytest.mark.parametrize(
    ("sender", "text", "task", "changed"),
    [
        (PETR, TEXT, _task(OF_ACME), True),
        (PETR, TEXT, _task(OF_ACME, contract=None), True),
        (PETR, TEXT, _task(OF_ACME, contract=7), False),
        (PETR, TEXT, _task("helpdesk@beta.example"), False),
        (PETR, TEXT, _task(JAN), False),
        (PETR, TEXT, _task(), False),
        (PETR, TEXT, _task(OF_ACME, BOB), False),
        (BOB, TEXT.replace("123", "7"), _task(OF_ACME), False),
        (BOB, TEXT.replace("123", "7"), _task(OF_ACME, contract=7), False),
        (JAN, TEXT, _task(OF_ACME, contract=7), True),
        ("problems@firma.cz", TEXT, _task("helpdesk@beta.example", contract=7), True),
    ],
)
def test_a_customer_changes_what_his_domain_has_made_and_moves_nothing(
    sender: str, text: str, task: ProblemTask, *, changed: bool
) -> None:
    """S-8: our own senders may change and move any task, a customer his own where it is."""
    decided = _told(sender, PROVEN, text, problem_tasks={"77": task})

    assert ("TASK 42 UPDATED" in decided.words) is changed
    assert _is_ordinary(decided) is not changed


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [("eva@gmail.com", "max@gmail.com", False), ("max@gmail.com", "max@gmail.com", True)],
)
def test_nobody_at_a_public_mail_service_speaks_for_the_others(
    one: str, other: str, *, changed: bool
) -> None:
    """S-8: two customers at one mail service have a domain in common, and nothing else."""
    book = {other: (AddressBookEntry(None, ACME),)}

    decided = _told(other, PROVEN, address_book=book, problem_tasks={"77": _task(one)})

    assert ("TASK 42 UPDATED" in decided.words) is changed


@pytest.mark.parametrize("allowed", [("*",), ("x@evil.example",)])
def test_problem_senders_may_do_everything(allowed: tuple[str, ...]) -> None:
    """S-8: problemSender names who may, from anywhere, and `*` everybody."""
    box = a_box(problem_sender=allowed, authserv_id=("mx",))

    decided = _told("x@evil.example", box, problem_tasks={"77": _task(OF_ACME, contract=7)})

    assert decided.words == ("Task application", "TASK 42 UPDATED", "DELETED")


def test_named_problem_senders_take_nothing_from_customers() -> None:
    """S-8, P-2, H-18: with problemSender a customer's problem still reaches his contract."""
    box = a_box(problem_sender=(JAN,))

    assert _told(PETR, box).words[0] == "Task application"
    assert _is_ordinary(_told(STRANGER, box))


@pytest.mark.parametrize("allowed", [(), ("*",), (JAN,)])
def test_a_refuted_sender_makes_no_problem(allowed: tuple[str, ...]) -> None:
    """S-1, S-8, H-18: a forged problem mail is an activity with both flags."""
    box = a_box(authserv_id=("mx",), problem_sender=allowed)
    more = "Authentication-Results: mx; dmarc=fail\n"
    mail = a_mail(TEXT, box=box, subject="Problem No. 7", sender=JAN, to=EVA, more=more)

    decided = decide(mail, some_facts(box))

    assert tasks(decided) == []
    assert set(decided.flags) >= {"problem not believed", "sender not believed"}
    assert [one.flags for one in activities(decided)] == [decided.flags]


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


@pytest.mark.parametrize(("sender", "both"), [(PETR, True), (JAN, False)])
def test_a_customers_problem_says_what_it_is_otherwise(sender: str, *, both: bool) -> None:
    """S-8, R-e: if another domain's mail is recorded first, the writer makes the activity."""
    otherwise = _told(sender).otherwise

    assert (otherwise is not None) is both
    if otherwise:
        assert _is_ordinary(otherwise)
        assert "another domain was first" in reasons(otherwise, "R-6")[0]
