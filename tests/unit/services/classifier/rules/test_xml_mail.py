"""XML mail: done as a whole, or refused with line and reason."""

from typing import Any
from uuid import UUID

import pytest

from services.mailer.mail_values import values_of
from services.mailer.rendering import Templates
from shared.contracts.commands import SendMail
from shared.contracts.rule_commands import PutTask
from shared.domain.copies import CopyMarks
from shared.domain.earlier import Processed
from shared.language.language import LanguageName
from tests.builders import OWN_MAIL, PETR, decide, reasons
from tests.xml_mails import SECRET, SHOP, decide_xml, xml, xml_box, xml_facts, xml_mail

TASK = "<task><subject>Order 7</subject></task>"
DONE, REFUSED = ("XML MAIL", "DELETED"), ("XML REFUSED", "DELETED")
BOMB = '<!DOCTYPE a [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def test_companies_come_before_their_people_and_both_before_tasks() -> None:
    """E-4: a record may name another one of the same mail, in whatever order they are written."""
    decided = decide_xml(
        xml(
            "<task><contact>New@Delta.example</contact><subject>A</subject></task>"
            "<contact><email>new@delta.example</email><lastName>B</lastName>"
            "<relationship>Delta</relationship></contact>"
            "<relationship><name>Delta</name></relationship>"
        )
    )

    assert [one.kind for one in decided.commands] == [
        "put_relationship",
        "put_contact",
        "put_task",
    ]
    assert decided.words == DONE
    assert decided.confidential


@pytest.mark.parametrize(
    "subject", ["Problem No. 3", "New task: A", "Unsubscribe", "error", "Undelivered Mail"]
)
def test_its_subject_says_nothing(subject: str) -> None:
    """E-4: no phrase of the manual's rules makes anything else of it."""
    assert decide_xml(xml(TASK), subject=subject).words == DONE


@pytest.mark.parametrize(
    ("fields", "box"),
    [
        ({"sender": PETR}, xml_box()),
        ({"sender": f"{SHOP}, {PETR}"}, xml_box()),
        ({}, xml_box(xml_mail=False)),
    ],
)
def test_mail_of_others_is_ordinary_mail(fields: dict[str, Any], box: Any) -> None:
    """E-4: a stranger gains nothing by XML, and nobody does where it is switched off."""
    decided = decide_xml(xml(TASK), box, **fields)

    assert not {"XML MAIL", "XML REFUSED"} & set(decided.words)
    assert not any(isinstance(one, PutTask) for one in decided.commands)


@pytest.mark.parametrize("secret", ["wrong", f"{SECRET} ", SECRET.upper(), "Ž"])
def test_a_wrong_secret_gets_neither_records_nor_an_answer(secret: str) -> None:
    """E-4: nor is anything told of what else is wrong."""
    decided = decide_xml(xml("<tusk/>", secret=secret, more=' answer="true"'))

    assert decided.words == REFUSED
    assert decided.commands == ()
    assert "tusk" not in str(decided.trace)


def test_the_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-4: how long the answer takes does not tell how much of a guess is right."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr("services.classifier.xml_mail.request.hmac.compare_digest", compare)

    decided = decide_xml(xml("<tusk/>", secret=SECRET))

    assert decided.words == REFUSED
    assert (SECRET.encode(), SECRET.encode()) in compared


def test_a_forged_sender_is_refused_before_the_secret_is_looked_at() -> None:
    """E-4, S-1: who is refuted gets nothing done, and no answer."""
    box = xml_box(authserv_id=("mx.firma.cz",))
    failed = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=firma.cz\n"

    decided = decide_xml(
        xml(TASK, more=' answer="true"'), box, more=failed + "Content-Type: text/xml\n"
    )

    assert decided.words == REFUSED
    assert decided.commands == ()


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ("<taks/>", 'line 2: "taks" is unknown; did you mean task?'),
        (
            "<task>\n<subjekt>A</subjekt></task>",
            'line 3: "subjekt" is unknown; did you mean subject?',
        ),
        ("<task/>", "line 2: a task needs number or subject"),
        ("<task><subject/></task>", "line 2: subject is empty"),
        ("<task><subject>A</subject><subject>B</subject></task>", "given more than 1 times"),
        (f"<task><subject>{'a' * 251}</subject></task>", "subject is longer than 250 characters"),
        ('<task done="1"><subject>A</subject></task>', "task has an attribute; none is known"),
        ("<task><subject>A<b/></subject></task>", "subject has an element in it"),
        ("<task>free<subject>A</subject></task>", "there is text between the elements of task"),
        ('<task xmlns=""><subject>A</subject></task>', "is not in the namespace"),
        ("<contact><lastName>A</lastName></contact>", "line 2: contact without email"),
        ("<contact><email>a b</email></contact>", "email is not a valid e-mail address"),
        ("<contact><email>a@new.example</email></contact>", "a@new.example is new and needs"),
        (
            "<contact><email>a@b.cz</email><relationship>No</relationship></contact>",
            "no relationship is called No",
        ),
        ("<task><number>999</number></task>", "line 2: no task has the number 999"),
        ("<task><subject>A</subject><contract>4</contract></task>", "no contract has the number 4"),
        ("<task><subject>A</subject><solver>x</solver></task>", "x is no active user"),
        ("<task><subject>A</subject><contact>a@b.cz</contact></task>", "a@b.cz is of no contact"),
        ("<task><number>55</number><solver>x</solver></task>", "solver is only for a task without"),
        (f"{TASK}{TASK}", "a second task with this number"),
        ("", "there is no record"),
        (TASK * 101, "more than 100 records"),
        ("<task>", "the XML is not well-formed XML at column"),
        ("&a;", "the XML is not well-formed XML at column"),
        ("<relationship><name>A</name><newName>B</newName></relationship>", "is called A"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_nothing_is_done(records: str, told: str) -> None:
    """E-4: all or none; one good record beside a bad one is not made either."""
    decided = decide_xml(xml(f"{records}{TASK if records else ''}"))

    assert decided.words == REFUSED
    assert decided.commands == ()
    assert any(told in one for one in reasons(decided, "E-4"))


@pytest.mark.parametrize(
    "document",
    [
        BOMB + xml(TASK),
        EXTERNAL + xml(TASK).replace("Order 7", "&x;"),
        xml(TASK).replace("<crm", '<?xml version="1.0" encoding="UTF-7"?>\n<crm'),
        "<crm xmlns='urn:crmservice:xml-mail:1'>" + "<a>" * 5000,
        xml(TASK).replace("mail:1", "mail:2"),
        xml(TASK) + " " * 1024 * 1024,
    ],
)
def test_hostile_xml_is_refused(document: str) -> None:
    """E-4, H-12: a DTD, entities, odd encodings, depth, size, another version."""
    decided = decide_xml(document)

    assert decided.words == REFUSED
    assert decided.commands == ()


def test_all_problems_are_told_at_once() -> None:
    """E-4: in the order of their lines."""
    decided = decide_xml(xml("<task/>\n<tusk/>\n<contact/>"))

    lines = [one.partition(":")[0] for one in reasons(decided, "E-4") if one.startswith("line")]
    assert lines == ["line 3", "line 4"]


def test_its_id_counts_once_whatever_else_the_mail_says() -> None:
    """E-4, R-a: another date, subject and text do not make a copy a new mail."""
    first = xml_mail(xml(TASK))
    second = xml_mail(xml("<task><subject>B</subject></task>"), subject="x", date="")
    other = xml_mail(xml(TASK, name="2"))
    forged = xml_mail(xml(TASK, secret="x"))
    by_another = xml_mail(xml(TASK), xml_box(xml_sender=(PETR,)), sender=PETR)
    done = Processed(UUID(int=9), "0" * 64, CopyMarks("0" * 64))

    decided = decide(second, xml_facts(processed=done))

    assert first.key == second.key
    assert second.key_alone
    assert len({first.key, other.key, forged.key, by_another.key}) == 4
    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert "with this id came before" in reasons(decided, "R-1")[0]


@pytest.mark.parametrize(
    ("records", "outcome"), [(TASK, "done"), ("<task/>", "refused"), ("<tusk/>", "refused")]
)
def test_an_answer_is_sent_where_one_is_asked_for(records: str, outcome: str) -> None:
    """E-4, M-3: to the known sender alone, and never to an automatic mail."""
    document = xml(records, more=' answer="true"')

    decided = decide_xml(document)
    automatic = decide_xml(document, more="Auto-Submitted: auto-replied\nContent-Type: text/xml\n")

    (answer,) = [one for one in decided.commands if isinstance(one, SendMail)]
    assert (answer.recipient, answer.values["outcome"]) == (SHOP, outcome)
    assert not any(isinstance(one, SendMail) for one in automatic.commands)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("en", "line 2: a task needs number or subject"),
        ("cs", "řádek 2: úkol (task) potřebuje number nebo subject"),
    ],
)
def test_an_answer_says_what_is_wrong_in_the_language_of_the_box(
    name: LanguageName, told: str
) -> None:
    """E-4, M-4: each problem on a line of its own; `done` and `refused` are for programs."""
    decided = decide_xml(xml("<task/>\n<task><text>A</text></task>", more=' answer="true"'))
    (answer,) = [one for one in decided.commands if isinstance(one, SendMail)]

    text = Templates(name).render("xml_answer", values_of(answer.values, name, OWN_MAIL)).text

    assert text.startswith("refused ")
    assert told in text
    assert len([line for line in text.splitlines() if line.startswith(told[:5])]) == 3


@pytest.mark.parametrize(
    ("raw", "more"),
    [
        (xml(TASK), "Content-Type: text/plain; charset=utf-8\n"),
        ("\n<?xml version='1.0' encoding='utf-8'?>\n" + xml(TASK), "Content-Type: text/plain\n"),
        (
            f"--b\n\nSee below.\n--b\nContent-Type: image/png; name=a.XML\n\n{xml(TASK)}\n--b--\n",
            'Content-Type: multipart/mixed; boundary="b"\n',
        ),
    ],
)
def test_it_is_the_text_of_the_mail_or_a_file(raw: str, more: str) -> None:
    """E-4: by media type or by name; a declaration that the mail's header contradicts is passed."""
    assert decide_xml(raw, more=more).words == DONE


def test_xml_in_other_languages_is_a_file_like_others() -> None:
    """E-4: an invoice of an `xmlSender`, or our schema, is ordinary mail."""
    schema = '<xs:schema xmlns:xs="a" targetNamespace="urn:crmservice:xml-mail:1"/>'
    for document in ("<invoice/>", schema):
        assert "XML" not in " ".join(decide_xml(document).words)


def test_two_documents_in_one_mail_are_refused() -> None:
    """E-4: nobody knows which of them is meant."""
    part = f"--b\nContent-Type: text/xml\n\n{xml(TASK)}\n"

    decided = decide_xml(
        f"{part}{part}--b--\n", more='Content-Type: multipart/mixed; boundary="b"\n'
    )

    assert decided.words == REFUSED
