"""Address lists as careless programs and people write them (behaviour R-b)."""

import time
from typing import Any

import pytest

from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.parsed_mail import Address
from shared.domain.addresses import comparable
from tests.builders import BOX, EVA, JAN, PETR, a_mail, activities, decide, some_facts, tasks

HANG_SECONDS = 8.0
"""Tells a hang from a slow machine."""


def read(value: str) -> list[Address]:
    """The addresses of a field."""
    return read_addresses(value, 1000, [])


SLOPPY = (
    "ACME, s.r.o. <{}>",
    "Ing. Petr Svoboda, Ph.D. <{}>",
    "Svoboda, Petr <{}>",
    "a, b, c; d <{}>",
    "ACME (Praha <{}>",
    "ACME) Praha <{}>",
    'Petr "Pepa Svoboda <{}>',
    'Petr" Svoboda <{}>',
    '"Petr "Pepa" Svoboda" <{}>',
    "Petr Svoboda <{}",
    "Petr Svoboda {}>",
    "Petr Svoboda {}",
    "Petr Svoboda - {}",
    "Petr Svoboda, {}",
    "<{}",
    "{}>",
    "<<{}>>",
    "< {} >",
    "'{}'",
    "<'{}'>",
    "\"'{}'\" <'{}'>",
    "'{}",
    "\u201e{}\u201c",
    "<\u200b{}>",
    "{}\ufeff",
    "\u200e{}\u200f",
    "{},",
    ",{}",
    "{};",
    "; ; {} ,,",
    "{}.",
    "mailto:{}",
    "<mailto:{}>",
    "Petr [mailto:{}]",
    "Petr [ACME, s.r.o.] <{}>",
    "Petr: <{}>",
    "friends: {};",
    "{} (Petr, ACME)",
    "{} (Petr (the boss))",
    "=?utf-8?Q?Nov=C3=A1k,_Petr?= <{}>",
    "=?utf-8?Q?Nov=C3=A1k, Petr?= <{}>",
    "=?utf-8?Q?Nov=C3=A1k?=, Petr <{}>",
    "=?utf-8?Q?x=40y.cz?= <{}>",
    "C@fe <{}>",
    "boss@firma.cz <{}>",
    '"boss@firma.cz, a <b@c.cz>" <{}>',
    "\u017dlu\u0165ou\u010dk\u00fd k\u016f\u0148 <{}>",
)


@pytest.mark.parametrize("form", SLOPPY)
@pytest.mark.parametrize("address", ["petr@acme.example", "o'brien@x-y.cz", "\u0161efa@\u010d.cz"])
def test_a_display_name_never_makes_or_swallows_an_address(form: str, address: str) -> None:
    """R-b: whatever punctuation stands around it, exactly the one address is read, and believed."""
    (found,) = read(form.replace("{}", address))

    assert (found.email, found.odd) == (comparable(address), False)


@pytest.mark.parametrize("form", SLOPPY)
def test_a_customer_with_a_careless_name_is_a_sender(form: str) -> None:
    """R-b, R-7: such a mail is processed, never SPAM, and linked to the customer."""
    decided = decide(a_mail(sender=form.replace("{}", PETR)))

    assert decided.words == ("PROCESSED",)
    assert [one.contact and one.contact.email for one in activities(decided)] == [PETR]


@pytest.mark.parametrize("form", SLOPPY)
@pytest.mark.parametrize("field", ["to", "cc"])
def test_a_user_with_a_careless_name_is_a_recipient(form: str, field: str) -> None:
    """R-b, R-c: in To and in Cc, too; and the box is known as the box."""
    fields: dict[str, Any] = {"to": BOX, "cc": EVA} | {field: form.replace("{}", JAN)}
    box = a_mail(sender=JAN, to=form.replace("{}", BOX), cc=PETR)

    assert JAN in a_mail(**fields).recipients
    assert decide(box).direction == "outgoing"


@pytest.mark.parametrize(
    ("field", "emails"),
    [
        ("karel@firma.cz, Petr <petr@x.cz>", ["karel@firma.cz", "petr@x.cz"]),
        ("jan@firma.cz eva@firma.cz", ["jan@firma.cz", "eva@firma.cz"]),
        ('"Nov\u00e1k, Jan <a@b.cz>, "Petr" <c@d.cz>', ["a@b.cz", "c@d.cz"]),
        ("Petr <a@b.cz, Jana <c@d.cz>", ["a@b.cz", "c@d.cz"]),
        ("ACME (Praha <a@b.cz>, Beta (Brno) <c@d.cz>", ["a@b.cz", "c@d.cz"]),
        ("Nov\u00e1k, Jan <a@b.cz>, Mal\u00e1, Eva <c@d.cz>", ["a@b.cz", "c@d.cz"]),
        ("a@b.cz; c@d.cz; 'e@f.cz'", ["a@b.cz", "c@d.cz", "e@f.cz"]),
        ("<a@b.cz, c@d.cz>", ["a@b.cz", "c@d.cz"]),
        ("x: a@b.cz, y: c@d.cz;", ["a@b.cz", "c@d.cz"]),
        ('a@[IPv6:::1], "a b"@c.cz', ["a@[ipv6:::1]", '"a b"@c.cz']),
        ("undisclosed-recipients:;", []),
        ("MAILER-DAEMON, <>", []),
        ("Jan Nov\u00e1k", []),
        ("@", []),
        ("", []),
    ],
)
def test_lists_are_read_one_by_one(field: str, emails: list[str]) -> None:
    """R-b: several addresses are several, a phrase without an at sign is none."""
    assert [one.email for one in read(field)] == emails


@pytest.mark.parametrize(
    ("field", "email"),
    [
        ("<x@evil.example> <{}>", JAN),
        ("<{}> x@evil.example", JAN),
        ("<@evil.example:{}>", JAN),
        ('"x@evil.example": {};', JAN),
        (JAN.replace("@", "(@evil.example)@"), JAN),
        (JAN.replace("@", " @ "), JAN),
        (JAN.replace("firma", "fir\u202ema"), JAN),
        (JAN.replace("firma", "fir\x07ma"), JAN),
        (JAN.replace("novak", "nova\u212a"), JAN),
        ('"{}"', JAN),
        ('"Jan <{}>"', JAN),
        ("=?utf-8?Q?jan.novak=40firma.cz?=", JAN),
        ("=?utf-8?Q?Jan_=3Cjan.novak=40firma.cz=3E?=", JAN),
    ],
)
def test_an_odd_sender_is_read_but_not_believed(field: str, email: str) -> None:
    """S-1, R-b: where others may read another sender the mail is processed as if refuted."""
    mail = a_mail(sender=field.replace("{}", JAN), subject="New task: pay", to=EVA)
    decided = decide(mail)

    assert (mail.sender, mail.proof.state) == (email, "refuted")
    assert tasks(decided) == []
    assert len(activities(decided)) == 1


@pytest.mark.parametrize(
    "field",
    [
        f"x@evil.example, {JAN}",
        f"x@evil.example {JAN}",
        f"<x@evil.example, {JAN}>",
        f"x@evil.example:{JAN};",
        JAN.replace("jan", "j\u200ban"),
        JAN.replace(".", " . "),
    ],
)
def test_no_employee_is_made_of_two_senders(field: str) -> None:
    """R-b, R-7: two addresses, or one with marks inside it, are no sender of ours."""
    assert a_mail(sender=field).sender != JAN


@pytest.mark.parametrize(
    "piece",
    ["(", "<", "[", "@", "a@", "a@b ", ":", "a:", "()", "x,", '"', "\\", '<"', '"x"@', "(<@", "=?",
     "=?a?q?", '\\"', '"a"b', " ", "@ ", "\u200b"],
)  # fmt: skip
def test_floods_in_an_address_list_are_linear(piece: str) -> None:
    """R-b, H-3: a field full of any mark ends in time."""
    begin = time.process_time()
    for before in ("", '"', "<"):
        read(before + piece * (30_000 // len(piece)) + "@")

    assert time.process_time() - begin < HANG_SECONDS


def test_facts_are_those_of_the_builders() -> None:
    """R-b: the customer whom these tests name is one."""
    assert PETR in some_facts().directory.address_book


@pytest.mark.parametrize(
    ("written", "email", "odd"),
    [
        ("Jiri@Hřiště.example", "jiri@xn--hit-2ra12aub.example", False),
        ("jiri@hr\u030cis\u030cte\u030c.example", "jiri@xn--hit-2ra12aub.example", False),
        ("jiri@xn--hit-2ra12aub.example", "jiri@xn--hit-2ra12aub.example", False),
        ("jir\u030ci\u0301@x.example", "jiří@x.example", False),
        ("jan@ﬁrma.cz", "jan@firma.cz", True),
        ("jan@\uff46irma.cz", "jan@firma.cz", True),
        ("jan@-ř.cz", "jan@-ř.cz", True),
    ],
)
def test_a_domain_is_compared_as_it_goes_over_the_wire(
    written: str, email: str, *, odd: bool
) -> None:
    """R-b: in IDNA form and composed; letters that turn into others' are not believed."""
    (found,) = read(f"Petr <{written}>")

    assert (found.email, found.odd) == (email, odd)
