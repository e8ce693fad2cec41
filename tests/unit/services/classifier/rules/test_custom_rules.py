"""Rules of the administrator: when they are asked, and what they do."""

from typing import Any
from uuid import UUID

import pytest

from services.classifier.chain import SoFar
from services.classifier.custom.contacts import names_of
from services.classifier.decide import decide_archived
from shared.contracts.commands import SendMail
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.references import RecordRef, RelationshipRef, UserRef
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.domain.directory import Named
from shared.domain.earlier import Processed
from tests.builders import (
    ACME,
    BETA,
    BOB,
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    reasons,
    some_facts,
)
from tests.rule_files import a_rule, facts_with

NAMED = Named({"dvorakova": UserRef(id=2, email=EVA)}, {"Others": BETA})
FORGED = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=acme.example\n"


def _decide(actions: str, source: str = "Hello.\n", **fields: Any) -> SoFar:
    facts = facts_with(a_rule(actions=actions), box=fields.get("box"), named=NAMED)
    return decide(a_mail(source, **fields), facts)


def _task(actions: str, source: str = "Hello.\n", **fields: Any) -> PutTask:
    (task,) = [
        one for one in _decide(actions, source, **fields).commands if isinstance(one, PutTask)
    ]
    return task


def _mails(decided: SoFar) -> list[SendMail]:
    return [one for one in decided.commands if isinstance(one, SendMail)]


def test_rules_are_asked_in_order_until_one_stops() -> None:
    """C-1, R-13: without `stop` the next one is asked, too; one that is switched off never is."""
    facts = facts_with(
        a_rule("off", more="active = false"),
        a_rule("first", actions='{ do = "mark_seen" }'),
        a_rule("second", actions='{ do = "activity", type = "Documentation" }', more="stop = true"),
        a_rule("third"),
    )

    decided = decide(a_mail(), facts)

    assert "rules that hold: “first”, “second”" in reasons(decided, "R-13")
    assert decided.words == ("PROCESSED",)
    assert [one.type.name for one in activities(decided)] == ["Documentation"]


@pytest.mark.parametrize(
    ("folders", "holds"),
    [('["inbox"]', True), ('["Support", "INBOX"]', True), ('["Support"]', False)],
)
def test_a_rule_looks_at_its_folders(folders: str, *, holds: bool) -> None:
    """C-1: and at no other; INBOX is the same in any letter case."""
    facts = facts_with(a_rule(more=f"folders = {folders}"))

    decided = decide(a_mail(folder="INBOX"), facts)

    assert ("IGNORED" in decided.words) is holds


def test_ignored_mail_makes_no_activity() -> None:
    """C-2: the chain stops; what was asked for before stands."""
    decided = _decide('{ do = "task" }, { do = "ignore" }')

    assert decided.words == ("NEW TASK CREATED", "IGNORED", "DELETED")
    assert [one.kind for one in decided.commands] == ["put_task"]


def test_a_task_is_linked_to_the_sender_and_its_activities_to_it() -> None:
    """C-2, C-4: with values, solvers and contract; the subject without prefixes and tags."""
    actions = (
        '{ do = "task", set = { status = "Otevřený", priority = "Vysoká" }, '
        'solvers = ["dvorakova", "nobody"], contract = "123" }'
    )
    decided = _decide(actions, subject="[EXTERNAL] Re: Fwd: The printer", sender=PETR)

    task = next(one for one in decided.commands if isinstance(one, PutTask))
    assert (task.task, task.subject, task.sender) == (None, "The printer", PETR)
    assert task.values == {"status": "Otevřený", "priority": "Vysoká"}
    assert [one.email for one in task.solvers] == [EVA]
    assert task.contract == RecordRef(id=1, number="123")
    assert task.contact is not None
    assert task.contact.email == PETR
    assert [one.task_command for one in activities(decided)] == [task.command_id]
    assert "nobody is no active user: no solver" in reasons(decided, "C-2")
    assert decided.words == ("NEW TASK CREATED", "PROCESSED")


@pytest.mark.parametrize(
    ("find", "source", "subject"),
    [
        (r"find = '\[#?(\d+)\]'", "Hello.\n", "Re: [#55] The printer"),
        (r"find = 'TICKET (\d+)'", "we write about\nTicket 55\n", "The printer"),
        ("same_contact = true", "Hello.\nTask: 55\n", "The printer"),
    ],
)
def test_a_task_is_found_by_its_number(find: str, source: str, subject: str) -> None:
    """C-2: by an expression in subject or text, else by the task token."""
    decided = _decide(f'{{ do = "task", {find} }}', source, subject=subject, sender=PETR)

    task = next(one for one in decided.commands if isinstance(one, PutTask))
    assert task.task == RecordRef(id=1, number="55")
    assert decided.words == ("TASK 1 UPDATED", "PROCESSED")


@pytest.mark.parametrize("sender", [BOB, STRANGER])
def test_nobody_changes_a_task_of_others_by_its_number(sender: str) -> None:
    """C-2, S-5: numbers can be guessed; the mail makes a task of its own then."""
    actions = r"{ do = 'task', find = '#(\d+)', set = { status = 'x' } }"

    decided = _decide(actions, subject="#55", sender=sender)

    assert next(one for one in decided.commands if isinstance(one, PutTask)).task is None
    assert "task 55 is passed over: it is not of the sender's company" in reasons(decided, "C-2")
    assert _task(actions, subject="#55", sender=JAN, to=PETR).task is not None


def test_a_number_that_no_task_has_is_noted() -> None:
    """C-2: and one that is no number is none."""
    decided = _decide(r"{ do = 'task', find = '#(\S+)' }", subject="#99")

    assert "no task has the number 99" in reasons(decided, "C-2")
    assert _task(r"{ do = 'task', find = '#(.+)' }", subject="#a b%c").task is None


def test_a_forged_sender_gets_a_task_of_nobody() -> None:
    """C-2, S-1: it is no other's contact, changes no task and is answered by nobody."""
    box = a_box(authserv_id=("mx.firma.cz",))
    actions = (
        "{ do = 'create_contact', relationship = 'Others' }, "
        r"{ do = 'task', find = '#(\d+)' }, { do = 'answer' }"
    )

    decided = _decide(actions, subject="#55", sender=PETR, box=box, more=FORGED)

    (task,) = [one for one in decided.commands if not hasattr(one, "responsible")]
    assert isinstance(task, PutTask)
    assert (task.task, task.contact, task.contact_of, task.sender) == (None, None, None, "")


def test_a_mail_makes_one_task() -> None:
    """C-2: whichever rule comes first, also the manual's."""
    facts = facts_with(
        a_rule("a", actions='{ do = "task" }'), a_rule("b", actions='{ do = "task" }')
    )

    decided = decide(a_mail(), facts)
    of_user = decide(a_mail(sender=JAN, to=EVA, subject="New task: x"), facts)

    assert [one.kind for one in decided.commands].count("put_task") == 1
    assert "no task: a rule before has one of this mail" in reasons(decided, "C-2")
    assert next(one.kind for one in of_user.commands) == "create_task"
    assert "put_task" not in [one.kind for one in of_user.commands]


def test_fields_are_pulled_out_of_the_text() -> None:
    """C-2: of alerts of monitoring systems; as written, one line but for the text."""
    actions = (
        "{ do = 'set_fields', pull = ["
        r"{ field = 'body', find = 'Host: (\S+)', into = 'subject' },"
        r"{ field = 'subject', find = '(CRITICAL|WARNING)', into = 'priority' },"
        r"{ field = 'body', find = '(?s)(Host.*)', into = 'text' },"
        r"{ field = 'body', find = 'Nothing: (\S+)', into = 'status' },"
        r"{ field = 'body', find = '(?s)(Host.*)', into = 'subject' } ] }, { do = 'task' }"
    )
    task = _task(actions, "Host: Web-01\nLoad: 9\n", subject="critical: down")

    assert task.values["priority"] == "critical"
    assert task.values["text"] == "Host: Web-01\nLoad: 9"
    assert task.values["subject"] == "Host: Web-01 Load: 9"
    assert "status" not in task.values


def test_a_new_sender_becomes_a_contact_and_everything_is_linked_to_it() -> None:
    """C-2, C-4: by the company of the domain; the task and the activities of the same mail."""
    new = "Nová, Eva <eva@acme.example>"
    decided = _decide(
        '{ do = "create_contact" }, { do = "task" }', sender=f'"{new[:9]}" <eva@acme.example>'
    )

    contact = next(one for one in decided.commands if isinstance(one, CreateContact))
    task = next(one for one in decided.commands if isinstance(one, PutTask))
    (activity,) = activities(decided)
    assert (contact.first_name, contact.last_name) == ("Eva", "Nová")
    assert (contact.address, contact.relationship) == ("eva@acme.example", ACME)
    assert task.contact_of == activity.contact_of == "eva@acme.example"
    assert activity.relationship == ACME


@pytest.mark.parametrize(
    ("sender", "relationship", "company"),
    [
        (STRANGER, "", None),
        (STRANGER, ', relationship = "Others"', BETA),
        (STRANGER, ', relationship = "Nobody"', None),
        (PETR, ', relationship = "Others"', None),
        (JAN, ', relationship = "Others"', None),
        ("MAILER-DAEMON@acme.example", "", None),
        ("two@acme.example, three@acme.example", "", None),
    ],
)
def test_who_becomes_a_contact(
    sender: str, relationship: str, company: RelationshipRef | None
) -> None:
    """C-2: a person whom the address book does not have, of a company that is known."""
    decided = _decide(f'{{ do = "create_contact"{relationship} }}', sender=sender)

    made = [one.relationship for one in decided.commands if isinstance(one, CreateContact)]
    assert made == ([company] if company else [])


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("Jan Amos Komenský", ("Jan Amos", "Komenský")),
        ("Komenský, Jan", ("Jan", "Komenský")),
        ('"Komenský"', ("", "Komenský")),
        ("", ("", "jan")),
        ("jan@x.example", ("", "jan")),
        (" ' ,", ("", "jan")),
        ("a" * 500, ("", "a" * 100)),
    ],
)
def test_names_out_of_display_names(shown: str, names: tuple[str, str]) -> None:
    """C-2: the last word is the last name, unless a comma says otherwise."""
    assert names_of(shown, "jan@x.example") == names


def test_activities_are_set_as_the_rule_says() -> None:
    """C-2: type, contract and scope; the first rule that sets one counts."""
    facts = facts_with(
        a_rule("a", actions='{ do = "activity", type = "Schůzka", contract = "123" }'),
        a_rule("b", actions='{ do = "activity", type = "Documentation", scope = "p1" }'),
    )

    (activity,) = activities(decide(a_mail("Task:55\n"), facts))

    assert activity.type.name == "Schůzka"
    assert activity.contract is not None
    assert (activity.contract.number, activity.task) == ("123", None)
    assert [one.name for one in activity.scope] == ["Board"]


def test_types_and_contracts_that_the_erp_lacks_are_noted() -> None:
    """C-2: the activity is made all the same."""
    decided = _decide('{ do = "activity", type = "Nothing", contract = "999" }')

    assert len(activities(decided)) == 1
    assert {"no activity type is called Nothing", "no contract has the number 999"} <= set(
        reasons(decided, "C-2")
    )


def test_mail_is_forwarded_once_to_each_address() -> None:
    """C-2: with the original attached; whoever it goes to is in the file."""
    facts = facts_with(
        a_rule("a", actions='{ do = "forward", to = ["boss@firma.cz", "x@firma.cz"] }'),
        a_rule("b", actions='{ do = "forward", to = "boss@firma.cz" }'),
    )

    mails = _mails(decide(a_mail(), facts))

    assert [one.recipient for one in mails] == ["boss@firma.cz", "x@firma.cz"]
    assert all(one.attach_original and not one.automatic for one in mails)


def test_a_sender_is_answered_once() -> None:
    """C-2: with the number of the task, if there is one."""
    facts = facts_with(
        a_rule("a", actions='{ do = "task" }, { do = "answer", text = "Thank you" }'),
        a_rule("b", actions='{ do = "answer" }'),
    )

    decided = decide(a_mail(more="Message-ID: <1@acme.example>\n"), facts)

    (mail,) = _mails(decided)
    task = next(one for one in decided.commands if isinstance(one, PutTask))
    assert (mail.recipient, mail.automatic, mail.task_command) == (PETR, True, task.command_id)
    assert mail.answers_to == ("<1@acme.example>",)


@pytest.mark.parametrize(
    "mail",
    [
        {"more": "Auto-Submitted: auto-replied\n"},
        {"more": "Precedence: bulk\n"},
        {"more": "List-Id: <a.b>\n"},
        {
            "more": "Return-Path: <>\n",
            "subject": "Undeliverable: x",
            "sender": "postmaster@a.example",
        },
        {"sender": BOX, "to": f"{JAN}, {PETR}"},
        {"sender": "MAILER-DAEMON@acme.example"},
    ],
    ids=str,
)
def test_programs_lists_and_ourselves_are_not_answered(mail: dict[str, str]) -> None:
    """C-2, M-3: an answer to an answer never ends."""
    assert _mails(_decide('{ do = "answer" }', **mail)) == []


def test_the_first_rule_that_names_a_place_moves_the_mail() -> None:
    """C-2: marking goes together with it; a second place is passed over and told."""
    facts = facts_with(
        a_rule("a", actions='{ do = "move", folder = "Done" }'),
        a_rule("b", actions='{ do = "mark_seen" }, { do = "move", folder = "Other" }'),
        a_rule("c", actions='{ do = "delete" }', more="confirm = true"),
    )

    decided = decide(a_mail(), facts)

    assert decided.mailbox == MailboxActions(seen=True, then="move", folder="Done")
    told = [one for one in reasons(decided, "C-2") if one.startswith("not moved again")]
    assert len(told) == 2


def test_old_mail_is_asked_by_no_rule() -> None:
    """C-1, I-11: what was in the box for years surprises nobody."""
    facts = facts_with(a_rule(actions='{ do = "task" }, { do = "mark_seen" }'))

    decided = decide_archived(a_mail(), facts)

    assert [one.kind for one in decided.commands] == ["create_activity"]
    assert decided.mailbox is None


def test_a_late_copy_moves_nothing() -> None:
    """C-2, R-c: a duplicate makes an activity for a late user and nothing else."""
    mail = a_mail(more="Delivered-To: eva.dvorakova@firma.cz\n")
    first = Processed(UUID(int=7), "a" * 64, mail.marks)
    facts = facts_with(a_rule(actions='{ do = "mark_seen" }, { do = "task" }'), processed=first)

    decided = decide(mail, facts)

    assert decided.words[0] == "DUPLICATE KEY"
    assert decided.mailbox is None
    assert {one.kind for one in decided.commands} <= {"create_activity"}


def test_a_box_that_only_scans_makes_nothing_that_no_rule_asks_for() -> None:
    """C-5: neither the manual's tasks nor activities; with `activity` a rule asks for them."""
    box = a_box(manual_rules=False)
    tasks = a_rule(
        "t",
        actions='{ do = "task" }',
        more='when = { field = "subject", op = "contains", value = "bug" }',
    )
    files = a_rule(
        "f",
        actions='{ do = "activity" }',
        more='when = { field = "subject", op = "contains", value = "file" }',
    )
    facts = facts_with(tasks, files, box=box)

    new_task = decide(a_mail(sender=JAN, subject="New task: x"), facts)
    bug = decide(a_mail(subject="a bug"), facts)
    filed = decide(a_mail(subject="file this"), facts)

    assert (new_task.words, new_task.commands) == (("DELETED",), ())
    assert [one.kind for one in bug.commands] == ["put_task"]
    assert bug.words == ("NEW TASK CREATED", "DELETED")
    assert len(activities(filed)) == 1
    assert not {line.id for line in bug.trace} & {f"R-{n}" for n in range(2, 13)}


def test_a_box_without_a_file_is_as_before() -> None:
    """C-1: nothing but a line of the trace."""
    decided = decide(a_mail(), some_facts())

    assert reasons(decided, "R-13") == ["the box has no such rule"]
    assert decided.words == ("PROCESSED",)
