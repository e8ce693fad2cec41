"""The examples of the page about rule files: each is loaded, and tried on mail."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.classifier.chain import SoFar
from services.classifier.custom.reading import read_rules
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.references import UserRef
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.domain.directory import Named
from tests.builders import BETA, EVA, JAN, PETR, STRANGER, a_mail, activities, decide, raw_mail
from tests.rule_files import facts_with

PAGE = Path("docs/rules-file.md")
NAMED = Named({"dvorakova": UserRef(id=2, email=EVA)}, {"Others": BETA})
A_PDF = raw_mail(
    "--b\n\nhello\n--b\nContent-Disposition: attachment; filename=1.PDF\n\nx\n--b--\n",
    subject="Fakturá 17",
    more='Content-Type: multipart/mixed; boundary="b"\n',
)


class Example(NamedTuple):
    """A mail that a rule holds for, one that it does not, and what comes of the first."""

    mail: dict[str, Any]
    miss: dict[str, Any]
    kinds: set[str]
    words: tuple[str, ...]
    mailbox: MailboxActions | None = None


MADE = "NEW TASK CREATED"
EXAMPLES = {
    "Support mail becomes tasks": Example(
        {"to": f"{JAN}, support@firma.cz", "subject": "Help"},
        {"to": f"{JAN}, support@firma.cz", "more": "List-Id: <a.b>\n"},
        {"put_task", "create_activity"},
        (MADE, "PROCESSED"),
        MailboxActions(seen=True, then="move", folder="Hotovo"),
    ),
    "Alerts": Example(
        {"source": "Host: web-01\nState: down\n", "sender": "monitoring@firma.cz",
         "subject": "CRITICAL: web-01"},
        {"source": "nothing\n", "sender": "monitoring@firma.cz"},
        {"put_task", "create_activity"},
        (MADE, "PROCESSED"),
    ),
    "Newsletters": Example(
        {"sender": "a@news.shop.example"},
        {"sender": "a@shop.example"},
        set(),
        ("IGNORED", "DELETED"),
        MailboxActions(then="delete"),
    ),
    "Invoices": Example(
        {"source": A_PDF},
        {"subject": "Faktura"},
        {"send_mail", "create_activity"},
        ("PROCESSED",),
        MailboxActions(then="move", folder="Faktury"),
    ),
    "Key customer": Example({}, {"sender": STRANGER}, {"create_activity"}, ("PROCESSED",)),
    "New people": Example(
        {"sender": f"Max Elsewhere <{STRANGER}>"},
        {"sender": PETR},
        {"create_contact", "create_activity"},
        ("PROCESSED",),
    ),
    "Applications": Example(
        {"to": f"jobs@firma.cz, {JAN}"},
        {"to": JAN},
        {"put_task", "send_mail", "create_activity"},
        (MADE, "PROCESSED"),
    ),
    "Form of the web site": Example(
        {"sender": "web@firma.cz", "to": "web@firma.cz", "more": "X-Web-Form: contact\n"},
        {"more": "X-Web-Form: order\n"},
        {"put_task"},
        (MADE, "DELETED"),
    ),
    "Internal": Example(
        {"sender": JAN, "to": EVA, "subject": "[interní] party"},
        {"sender": PETR, "subject": "[interní] party"},
        set(),
        ("IGNORED", "DELETED"),
        MailboxActions(seen=True),
    ),
    "Solved": Example(
        {"source": "Vyřešeno, thank you\n\n> old\n", "subject": "Re: [#55] Printer"},
        {"source": "no\n\nOn Monday Jan wrote:\n> solved\n", "subject": "Re: [#55] Printer"},
        {"put_task", "create_activity"},
        ("TASK 1 UPDATED", "PROCESSED"),
    ),
}  # fmt: skip


def _blocks() -> dict[str, str]:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return {read_rules(one.encode()).rules[0].name: one for one in blocks}


def _decide(text: str, mail: dict[str, Any]) -> SoFar:
    fields = {"folder": "INBOX"} | mail
    source = fields.pop("source", "Hello.\n")
    return decide(a_mail(source, **fields), facts_with(text, named=NAMED))


def _holds(decided: SoFar) -> bool:
    return any(line.hit for line in decided.trace if line.id in {"C-1", "R-13"})


def test_every_example_of_the_page_is_tried() -> None:
    """C-3: none is forgotten here, and there are ten."""
    assert list(_blocks()) == list(EXAMPLES)
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_the_page_says(name: str) -> None:
    """C-1, C-2: it holds for the mail it is meant for, and for no near miss."""
    text, example = _blocks()[name], EXAMPLES[name]

    decided, missed = _decide(text, example.mail), _decide(text, example.miss)

    assert _holds(decided)
    assert not _holds(missed)
    assert {one.kind for one in decided.commands} == example.kinds
    assert (decided.words, decided.mailbox) == (example.words, example.mailbox)


def test_values_of_the_examples_arrive() -> None:
    """C-2: what is set and pulled, whom it is for, and whose contact it is."""
    blocks = _blocks()
    found = {name: _decide(blocks[name], one.mail).commands for name, one in EXAMPLES.items()}
    tasks = {
        name: next((one for one in commands if isinstance(one, PutTask)), None)
        for name, commands in found.items()
    }

    alert, solved = tasks["Alerts"], tasks["Solved"]
    assert alert is not None
    assert solved is not None
    assert alert.values == {"text": "Host: web-01\nState: down", "priority": "CRITICAL"}
    assert [one.email for one in alert.solvers] == [EVA]
    assert solved.values == {"status": "Hotovo"}
    (contact,) = [one for one in found["New people"] if isinstance(one, CreateContact)]
    assert (contact.first_name, contact.last_name, contact.relationship) == (
        "Max", "Elsewhere", BETA,
    )  # fmt: skip
    (activity,) = activities(_decide(blocks["Key customer"], {}))
    assert (activity.type.name, [one.name for one in activity.scope]) == (
        "Documentation", ["Board", "Management"],
    )  # fmt: skip
