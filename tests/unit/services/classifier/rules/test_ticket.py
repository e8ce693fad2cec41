"""Mail from outside becomes a task, which is answered once (E-7)."""

from typing import Any

import pytest

from services.classifier.chain import SoFar
from shared.contracts.references import RecordRef, UserRef
from shared.domain.directory import Named
from tests.builders import (
    ACME,
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    activities,
    reasons,
    tasks,
)
from tests.conversations import TAG, a_talking_box, mails, talked, talking_facts


def _ticket(source: str = "It leaks.\n", box: dict[str, Any] | None = None, **fields: Any) -> SoFar:
    settings = {"ticket_box": True, "ticket_answer": True} | (box or {})
    facts = talking_facts(
        a_talking_box(**settings), named=Named({"dvorakova": UserRef(id=2, email=EVA)})
    )
    return talked(source, facts, **({"to": BOX} | fields))


@pytest.mark.parametrize(("proof", "answers"), [("refuted", 1), ("unproven", 0)])
def test_only_a_sender_whom_the_box_believes_is_answered(proof: str, answers: int) -> None:
    """M-3, S-2: whoever writes another's From with senderProof=unproven has nobody mailed."""
    decided = _ticket(box={"sender_proof": proof}, subject="Pump")

    assert len(tasks(decided)) == 1
    assert [one.template for one in mails(decided)].count("ticket") == answers


def test_mail_from_outside_opens_a_task() -> None:
    """E-7: of the sender, under the contract and for the solver of the settings; answered."""
    decided = _ticket(
        box={"ticket_contract": "123", "ticket_solver": "dvorakova"},
        subject="Pump",
        more="Message-ID: <p@acme.example>\n",
    )

    (task,) = tasks(decided)
    assert (task.subject, task.relationship) == ("Pump", ACME)
    assert task.contact is not None
    assert task.contact.email == PETR
    assert [one.email for one in task.solvers] == [EVA]
    assert task.contract == RecordRef(id=1, number="123")
    (answer,) = mails(decided)
    assert (answer.recipient, answer.template, answer.automatic) == (PETR, "ticket", True)
    assert (answer.task_command, answer.answers_to) == (task.command_id, ("<p@acme.example>",))
    assert decided.words == ("NEW TASK CREATED", "DELETED")


def test_the_activities_of_the_mail_belong_to_its_task() -> None:
    """E-7: made as for any incoming mail."""
    decided = _ticket(to=JAN)

    (task,) = tasks(decided)
    assert [one.task_command for one in activities(decided)] == [task.command_id]
    assert decided.words == ("NEW TASK CREATED", "PROCESSED")


def test_a_setting_that_names_nobody_is_noted() -> None:
    """E-7: the task is made without."""
    decided = _ticket(box={"ticket_contract": "no", "ticket_solver": "nobody"})

    (task,) = tasks(decided)
    assert (task.solvers, task.contract) == ((), None)
    assert "nobody is no active user: no solver" in reasons(decided, "E-7")


@pytest.mark.parametrize(
    ("fields", "made"),
    [
        ({"subject": f"Re: {TAG}"}, 0),
        ({"subject": "Re: [#55] x"}, 0),
        ({"subject": "Re: [#77] x"}, 0),
        ({"subject": "Re: [#77-aaaaaa] x"}, 1),
        ({"subject": "Re: [#55] x", "sender": STRANGER}, 1),
        ({"sender": JAN}, 0),
        ({"sender": "web@firma.cz", "to": EVA}, 0),
        ({"subject": "New task: x", "sender": JAN}, 1),
        ({"more": "Auto-Submitted: auto-replied\n"}, 0),
        ({"more": "Auto-Submitted: auto-generated\n"}, 1),
    ],
)
def test_only_mail_from_outside_without_a_number_does(fields: dict[str, Any], made: int) -> None:
    """E-7: an unknown number goes to the support; an alarm of a machine is a ticket."""
    assert len(tasks(_ticket(**fields))) == made


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-generated\n",
        "Precedence: bulk\n",
        "List-Id: <all.acme.example>\n",
        "Return-Path: <>\n",
    ],
)
def test_programs_and_lists_get_no_answer(more: str) -> None:
    """E-7, M-3: the task is made all the same; its trace says why nobody is answered."""
    decided = _ticket(more=more)

    assert len(tasks(decided)) == 1
    assert mails(decided) == []
    assert any("no answer: " in one for one in reasons(decided, "E-7"))


def test_without_ticket_answer_nobody_is_answered() -> None:
    """E-7: the setting is off by default."""
    assert mails(_ticket(box={"ticket_answer": False})) == []


def test_a_subject_cannot_make_a_header_or_a_recipient() -> None:
    """E-7, M-3: whom an answer goes to is the one sender, whatever else the mail names."""
    decided = _ticket(
        "Bcc: eve@evil.example\n",
        subject="=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=",
        more="Reply-To: eve@evil.example\n",
    )

    (answer,) = mails(decided)
    assert answer.recipient == PETR
    assert "\n" not in str(answer.values["subject"])
