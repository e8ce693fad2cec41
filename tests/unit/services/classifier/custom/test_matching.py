"""Fields and operators of conditions."""

from typing import Any

import pytest

from services.classifier.custom.mail_fields import MailFields
from services.classifier.custom.matching import holds
from tests.builders import BOX, EVA, JAN, PETR, STRANGER, a_box, a_mail, raw_mail, some_facts
from tests.rule_files import a_rule, rules_of

MAIL = {
    "sender": f"Petr Svoboda <{PETR}>",
    "to": f"{JAN}, support@firma.cz",
    "cc": EVA,
    "subject": "Žádost o SERVIS č. 17",
    "more": "List-Id: <news.firma.cz>\nX-Prio: 1\nX-Prio: vysoká\n",
}
BODY = "Dobrý den,\nHost:   web-01\nnefunguje tiskárna\nve 2. patře\n\n> Starý text\n"


def _holds(test: str, **mail: Any) -> bool:
    (rule,) = rules_of(a_rule(more=f"when = {test}")).rules
    read = a_mail(BODY, folder="INBOX", **(MAIL | mail))
    return holds(rule.when, MailFields(read, some_facts()))


@pytest.mark.parametrize(
    "test",
    [
        '{ field = "from", op = "equals", value = "PETR.SVOBODA@acme.example" }',
        '{ field = "from", op = "ends", value = "@acme.example" }',
        '{ field = "to", op = "contains", value = "support@" }',
        '{ field = "cc", op = "starts", value = "eva" }',
        '{ field = "recipients", op = "equals", value = "eva.dvorakova@firma.cz" }',
        '{ field = "subject", op = "contains", value = "zadost o servis" }',
        '{ field = "subject", op = "contains", value = "ŽÁDOST" }',
        '{ field = "subject", op = "contains", value = "Žádost", case = true }',
        '{ field = "subject", op = "matches", value = "č\\\\. (\\\\d+)$" }',
        '{ field = "body", op = "matches", value = "^host: \\\\S+$" }',
        '{ field = "body", op = "contains", value = "tiskarna ve 2. patre" }',
        '{ field = "body", op = "contains", value = "Starý text" }',
        '{ field = "own_text", op = "contains", value = "tiskárna" }',
        '{ not = { field = "own_text", op = "contains", value = "Starý text" } }',
        '{ field = "header:list-id", op = "exists" }',
        '{ field = "header:X-Prio", op = "equals", value = "VYSOKA" }',
        '{ not = { field = "header:X-None", op = "exists" } }',
        '{ field = "size", op = "greater", value = 100 }',
        '{ field = "size", op = "less", value = 5_000_000 }',
        '{ not = { field = "size", op = "equals", value = 3 } }',
        '{ field = "folder", op = "equals", value = "inbox" }',
        '{ field = "direction", op = "equals", value = "incoming" }',
        '{ field = "sender_known", op = "equals", value = true }',
        '{ field = "sender_user", op = "equals", value = false }',
        '{ not = { field = "attachment", op = "exists" } }',
        '{ all = [ { field = "from", op = "exists" }, { field = "to", op = "exists" } ] }',
        '{ any = [ { field = "cc", op = "ends", value = "x" }, { field = "to", op = "exists" } ] }',
    ],
)  # fmt: skip
def test_a_condition_holds(test: str) -> None:
    """C-1: every field and operator, text compared folded unless `case` is true."""
    assert _holds(test)


@pytest.mark.parametrize(
    "test",
    [
        '{ field = "from", op = "contains", value = "Svoboda Petr" }',
        '{ field = "to", op = "equals", value = "eva.dvorakova@firma.cz" }',
        '{ field = "subject", op = "contains", value = "zadost", case = true }',
        '{ field = "subject", op = "matches", value = "žádost", case = true }',
        '{ field = "subject", op = "starts", value = "servis" }',
        '{ field = "size", op = "greater", value = 5_000_000 }',
        '{ field = "folder", op = "equals", value = "Support" }',
        '{ field = "sender_user", op = "equals", value = true }',
        '{ all = [ { field = "from", op = "exists" }, { field = "attachment", op = "exists" } ] }',
    ],
)
def test_a_condition_does_not_hold(test: str) -> None:
    """C-1: near misses."""
    assert not _holds(test)


def test_display_names_are_no_addresses() -> None:
    """C-1, R-b: whoever calls himself like a colleague is not one."""
    test = f'{{ field = "from", op = "contains", value = "{JAN}" }}'

    assert not _holds(test, sender=f'"{JAN}" <{STRANGER}>')


def test_names_of_attachments_are_compared() -> None:
    """C-1: each of several."""
    raw = raw_mail(
        "--b\n\nhello\n--b\nContent-Disposition: attachment; filename*=utf-8''F%C3%A1%2Epdf\n\nx\n"
        "--b--\n",
        more='Content-Type: multipart/mixed; boundary="b"\n',
    )
    test = 'when = { field = "attachment", op = "equals", value = "fa.PDF" }'
    (rule,) = rules_of(a_rule(more=test)).rules

    assert holds(rule.when, MailFields(a_mail(raw), some_facts()))


def test_a_sender_who_is_not_believed_is_neither_known_nor_a_user() -> None:
    """C-1, S-1: a rule for colleagues is not one for whoever forges them."""
    box = a_box(authserv_id=("mx.firma.cz",))
    mail = a_mail(
        sender=JAN,
        box=box,
        more="Authentication-Results: mx.firma.cz; dmarc=fail header.from=firma.cz\n",
    )
    fields = MailFields(mail, some_facts(box))

    assert mail.proof.state == "refuted"
    assert not fields.flag("sender_user")
    assert not fields.flag("sender_known")
    assert MailFields(a_mail(sender=JAN), some_facts()).flag("sender_user")


def test_an_expression_takes_linear_time() -> None:
    """C-3: what makes other engines hang for ever ends here."""
    test = '{ field = "subject", op = "matches", value = "^(a+)+$" }'

    assert not _holds(test, subject="a" * 5000 + "!")


def test_the_box_in_cc_of_a_customer_is_incoming_for_rules_too() -> None:
    """C-1, D-4: rules see the direction that R-14 decides."""
    outgoing = '{ field = "direction", op = "equals", value = "outgoing" }'

    assert not _holds(outgoing, cc=BOX)
    assert _holds(outgoing, cc=BOX, sender=JAN)
