"""Bounces by evidence: who speaks, what is said of whom, and what is no reason."""

import pytest

from services.classifier.parse.failure_reasons import judge
from shared.contracts.commands import MarkForbidden
from tests.builders import (
    JAN,
    PETR,
    a_mail,
    activities,
    decide,
    hits,
    raw_mail,
)
from tests.report_builders import a_recipient, a_report, a_text, addresses, only, reports_of

GONE = "550 5.1.1 user unknown"
NULL = "Return-Path: <>\n"


def _marked(raw: bytes) -> list[str]:
    """Addresses that a mail marks."""
    return [one.address for one in decide(a_mail(raw)).commands if isinstance(one, MarkForbidden)]


@pytest.mark.parametrize(
    "address",
    [
        "account@beta.example",
        "user@beta.example",
        "mailbox@unknown.example",
        "neznamy@invalid.example",
        "invalid@account-deleted.example",
    ],
)
@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.1", "550 5.7.1 <{}>: message content refused, invalid DKIM"),
        ("5.0.0", "Connection timed out while talking to {}"),
        ("5.0.0", "552 {}: over quota"),
    ],
)
def test_words_in_the_failed_address_are_no_reason(address: str, status: str, said: str) -> None:
    """B-3: `account@`, `user@` or a telling domain do not make the address gone."""
    diagnostic = f"Diagnostic-Code: smtp; {said.format(address)}"
    report = a_report(
        a_recipient("Action: failed", f"Status: {status}", diagnostic, final=f"rfc822; {address}")
    )

    assert not only(report).of_address


@pytest.mark.parametrize(
    "address",
    [
        "jan@spamcop.example",
        "blacklist@acme.example",
        "jan@quota-exceeded.example",
        "temporarily@acme.example",
        "size-limit@acme.example",
    ],
)
def test_soft_words_in_the_failed_address_are_no_reason(address: str) -> None:
    """B-3: an unknown user is unknown whatever its address is called."""
    diagnostic = f"Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient rejected: User unknown"
    host = f"host mx.{address.partition('@')[2]} said: {diagnostic}"
    report = a_report(
        a_recipient("Action: failed", "Status: 5.1.1", diagnostic, final=f"rfc822; {address}")
    )

    assert only(report).of_address
    assert judge("failed", "5.1.1", host, "", address).of_address


@pytest.mark.parametrize(
    "boilerplate",
    [
        "Other recipients of the same mail, if there are any: their fate\nis not included here.",
        "The recipients of other servers are not listed, and their account is not in danger.",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.7.1"])
def test_a_fixed_sentence_beside_a_policy_is_no_reason(boilerplate: str, status: str) -> None:
    """B-3: the answer's own status is a policy's; what every bounce of a system says is nothing."""
    report = a_report(
        a_recipient(
            "Action: failed",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 5.7.1 Closed for maintenance of filters",
        ),
        said=f"Your message cannot be delivered:\n\n<jan@acme.example>\n\n{boilerplate}\n",
    )

    assert not only(report).of_address


@pytest.mark.parametrize(
    ("inner", "gone"),
    [
        ("550-'5.7.1 Your host is not welcome: access denied'", False),
        ("554 '5.7.1 Message rejected as spam'", False),
        ("550-'5.1.1 user unknown'", True),
        ('550 "5.1.1 No such user"', True),
    ],
)
def test_the_answer_that_a_gateway_quotes_is_the_reason(inner: str, *, gone: bool) -> None:
    """B-3: a gateway says `Unknown address error` of every refusal; the last server says why."""
    said = f"Diagnostic-Code: smtp; 5.1.0 - Unknown address error {inner}"
    report = a_report(a_recipient("Action: failed", "Status: 5.0.0 (permanent failure)", said))

    assert only(report).of_address is gone


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "\nSubject: Nabídka na rok 2027\nDate: Tue, 03 Nov 2026 09:00:00 +0100",
        "\nPředmět: Nabídka na zimní období\nDatum: 3. 11. 2026",
        "\n\n(and other recipients in the same domain).\n*** End of message ***",
        "\nReason: Unable to deliver message to <jan@acme.example>",
    ],
)
def test_fields_and_fixed_sentences_behind_an_address_are_no_reason(behind: str) -> None:
    """B-3: no status and no reason is permanent; fields of the original are none."""
    text = f"The following mail failed to be delivered\nTo: jan@acme.example{behind}\n"

    assert only(a_text(text, subject="Undeliverable Mail")).of_address


@pytest.mark.parametrize(
    "text",
    [
        (
            f"Zprávu se nepodařilo doručit těmto příjemcům:\n\njan@acme.example\n   {GONE}\n\n"
            "V případě potíží se obraťte na podpora@provider.example.\n"
        ),
        f"Delivery failed:\n\njan@acme.example (generated from list@other.example)\n   {GONE}\n",
        f"Could not deliver:\n\n<jan@acme.example>: host mx said: 550 alias@other.example {GONE}\n",
        f"Undeliverable:\n  jan@acme.example - {GONE}\nAsk helpdesk@provider.example for help\n",
    ],
)
def test_of_lines_that_begin_with_an_address_only_that_address_failed(text: str) -> None:
    """B-2: help desks, lists and aliases that the rest mentions are somebody else's."""
    assert addresses(a_text(text)) == ["jan@acme.example"]


def test_a_line_may_begin_with_several_addresses() -> None:
    """B-2: near miss - a list of addresses is a list of recipients."""
    text = f"Undeliverable to:\n\njan@acme.example, eva@acme.example; ota@acme.example\n  {GONE}\n"

    assert addresses(a_text(text)) == ["jan@acme.example", "eva@acme.example", "ota@acme.example"]


@pytest.mark.parametrize(
    "link", ["https://help.acme.example/?p=nobody", "http://x.example/1", "www.x.example"]
)
def test_a_link_behind_the_address_hides_nothing(link: str) -> None:
    """B-2: the largest provider puts one into every answer."""
    text = f"We gave up delivering to:\n\njan@acme.example: 550 5.1.1 No such account, see {link}\n"
    failure = only(a_text(text))

    assert (failure.address, failure.status, failure.of_address) == (
        "jan@acme.example",
        "5.1.1",
        True,
    )


def test_ids_of_the_original_are_no_recipients() -> None:
    """B-2: a Message-ID looks like an address, also where its field has no blank."""
    text = (
        "A message that you sent could not be delivered to one or more of its recipients.\n\n"
        f"jan@acme.example No such mailbox here, {GONE}\n\n"
        "Received:from mail.firma.cz by mx.example with SMTP id 1\n"
        "Message-ID:<20261103.abcdef@store.example>\nFrom:Jan <jan.novak@firma.cz>\n"
    )

    assert addresses(a_text(text)) == ["jan@acme.example"]


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (
            "MAILER-DAEMON <>",
            "There was an error delivering your mail to <postmaster@acme.example>.",
        ),
        ("MAILER-DAEMON@mx.example", "Delivery report unavailable"),
        ("<>", "The recipient's mailbox is full."),
        ("MAILER-DAEMON@mx.example", "550 5.7.1 refused"),
    ],
)
def test_a_bounce_that_names_nobody_is_a_bounce(sender: str, text: str) -> None:
    """R-2, A-5, R-7: the user learns that mail came back, and nobody is marked."""
    raw = raw_mail(text, sender=sender, to=JAN, subject="Mail delivery failed", more=NULL)
    decided = decide(a_mail(raw))

    assert "R-2" in hits(decided)
    assert decided.words == ("PROCESSED",)
    assert not activities(decided)[0].completed
    assert len(decided.commands) == 1


def test_a_report_that_names_no_address_leaves_it_to_the_text() -> None:
    """B-2: the machine part has only a host, and the text says whom the mail was for."""
    fields = ("Action: failed", "Status: 5.1.2")
    said = f"----- The following addresses had errors -----\n<jan@acme.example>\n    {GONE}\n"

    assert addresses(a_report(a_recipient(*fields, final="RFC822; @mx.example"), said=said)) == [
        "jan@acme.example"
    ]


def test_a_report_that_names_no_address_is_a_bounce() -> None:
    """R-2: the machine part says `failed` of a name that is no address."""
    report = a_report(a_recipient("Action: failed", "Status: 5.0.0", final="X-LOCAL; somebody"))

    assert (reports_of(report).source, reports_of(report).failures) == ("report", ())


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (PETR, "There was an error delivering your mail."),
        ("MAILER-DAEMON@mx.example", "Your message was successfully delivered."),
        ("MAILER-DAEMON@mx.example", "You have new mail in quarantine."),
        ("MAILER-DAEMON@mx.example", "I am on vacation; delivery failed me."),
    ],
)
def test_what_does_not_say_that_mail_came_back_is_no_bounce(sender: str, text: str) -> None:
    """H-23: near misses - people, successes, notices, absences."""
    raw = raw_mail(text, sender=sender, to=JAN, subject="Hello", more=NULL)

    assert "R-2" not in hits(decide(a_mail(raw)))


@pytest.mark.parametrize("more", ["Auto-Submitted: auto-replied\n", ""])
@pytest.mark.parametrize("subject", ["Undeliverable: Nabídka", "Re: Nabídka", "Nedoručitelné: x"])
def test_a_postmaster_who_answers_is_a_mail_system(subject: str, more: str) -> None:
    """R-2: Exchange's text bounce calls itself an automatic answer, from an empty path."""
    text = f"Delivery has failed to these recipients:\n\njan@acme.example\n{GONE}\n"
    raw = a_text(text, sender="postmaster@acme.example", subject=subject, more=more)

    assert addresses(raw) == ["jan@acme.example"]


def test_a_postmaster_on_holiday_bounces_nothing() -> None:
    """H-23: near miss - an absence note of whoever reads that mailbox."""
    text = f"Delivery has failed to these recipients:\n\njan@acme.example\n{GONE}\n"
    raw = a_text(text, sender="postmaster@acme.example", subject="Out of office: Nabídka")

    assert addresses(raw) == []


def test_a_name_inside_a_system_gives_way_to_the_address_that_was_written() -> None:
    """B-2: the final recipient is nobody's address outside."""
    fields = ("Original-Recipient: rfc822; jan@acme.example", "Action: failed", "Status: 5.1.1")
    report = a_report(a_recipient(*fields, final="rfc822; jan@ims_daemon"))
    on_a_host = a_report(a_recipient(*fields, final="rfc822; jan@mailhub0"))

    assert only(report).address == "jan@acme.example"
    assert _marked(on_a_host)[0] == "jan@acme.example"


STATUS = "Final-Recipient: rfc822; jan@acme.example\nAction: failed\nStatus: 5.1.1\n"


@pytest.mark.parametrize("kind", ["message/xdelivery-status", "message/x-delivery-status"])
def test_a_machine_part_of_an_odd_type_is_read(kind: str) -> None:
    """R-2: the fields tell what it is."""
    assert addresses(a_report(a_recipient("Action: failed", "Status: 5.1.1"), kind=kind)) == [
        "jan@acme.example"
    ]


def test_the_fields_of_a_report_may_stand_in_the_text() -> None:
    """R-2: programs that cannot write a machine part write its fields."""
    raw = a_text(f"Sorry, this is all that is known.\n\nReporting-MTA: dns; x\n\n{STATUS}")

    assert addresses(raw) == ["jan@acme.example"]


def test_a_report_that_a_gateway_wraps_is_read() -> None:
    """R-2: a disclaimer before it, and the report as an attached mail."""
    inner = a_report(a_recipient("Action: failed", "Status: 5.1.1")).decode()
    raw = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: obchod@firma.cz\nSubject: x\n"
        "Content-Type: multipart/mixed; boundary=out\n\n--out\n\nThis mail is confidential.\n"
        f"--out\nContent-Type: message/rfc822\n\n{inner}\n--out--\n"
    )

    assert addresses(raw.encode()) == ["jan@acme.example"]


def test_a_report_that_a_person_passes_on_is_none() -> None:
    """H-23: near miss - the same mail from somebody."""
    inner = a_report(a_recipient("Action: failed", "Status: 5.1.1")).decode()
    raw = (
        "From: petr@acme.example\nTo: obchod@firma.cz\nSubject: look\n"
        "Content-Type: multipart/mixed; boundary=out\n\n--out\n\nLook at this.\n"
        f"--out\nContent-Type: message/rfc822\n\n{inner}\n--out--\n"
    )

    assert reports_of(raw.encode()).source == ""
