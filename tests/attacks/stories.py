"""Attacks that need several mails: each story's mails come one after the other, in whole runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.builders import raw_mail

JAN, EVA, PETR, BOB = (
    "jan.novak@firma.cz",
    "eva.mala@firma.cz",
    "petr@acme.example",
    "bob@beta.example",
)
EVIL = "x@evil.example"
HELPDESK = "helpdesk@firma.cz"
SERVER = "mx.firma.cz"


@dataclass(frozen=True, slots=True)
class Story:
    """Mails of which some are an adversary's.

    Attributes:
        names: Of the inputs that showed the hole first.
        variant: What this one does differently.
        mails: In their order.
        seen: What is in the ERP of each mail: its activities and tasks, or its verdict.
        meetings: What invitations are recorded of its event: organiser, state and answer.
        uid: Of its event.
    """

    names: tuple[str, ...]
    variant: str
    mails: tuple[bytes, ...]
    seen: tuple[str, ...]
    meetings: tuple[str, ...] = ()
    uid: str = ""

    def __str__(self) -> str:
        """As pytest names it."""
        return f"{self.names[0]}: {self.variant}"


def _mail(
    sender: str,
    to: str,
    subject: str,
    name: str = "",
    *,
    body: str = "Hi\n",
    result: str = "pass",
    more: str = "",
    minute: int = 0,
) -> bytes:
    """A mail that the server has proven, or refuted; `name` is its Message-ID."""
    head = f"Authentication-Results: {SERVER}; dmarc={result} header.from={sender.split('@')[1]}\n"
    head += f"Message-ID: <{name}>\n" if name else ""
    date = f"Mon, 02 Nov 2026 09:{minute:02}:00 +0100"
    return raw_mail(body, sender=sender, to=to, subject=subject, more=head + more, date=date)


def _preclaimed() -> Iterator[Story]:
    """The key of an order that comes every month is taken in advance (S-9)."""
    refuted, proven = "incoming jan sender not believed", "incoming jan differs"
    for number, (variant, attack, result, first) in enumerate(
        (
            ("without text", "", "fail", refuted),
            (
                "with the sentence of an automatic mail",
                "-- \nThis is an automatically generated e-mail\n",
                "fail",
                refuted,
            ),
            ("with a text that is alike", "Please deliver 100 pump.\n", "fail", refuted),
            ("where nobody is judged", "x\n", "none", "incoming jan"),
        )
    ):
        subject = f"Details of order 2026-11 {number}"
        before = _mail(PETR, JAN, subject, f"pre{number}@evil", body=attack, result=result)
        order = _mail(PETR, JAN, subject, f"o{number}@acme", body="Please deliver 100 pumps.\n")
        names = ("preclaim-attacker", "preclaim-victim")
        yield Story(names, variant, (before, order), (first, proven))


def _problem(sender: str, number: int, told: str, minute: int, result: str = "pass") -> bytes:
    subject = f"Status Problem No. {number}"
    body = f"{told}https://h.example/?id={number}\n"
    return _mail(sender, JAN, subject, body=body, minute=minute, result=result)


def _problems() -> Iterator[Story]:
    """A task is closed, or moved, by somebody who may not (S-8)."""
    closed = "Contract: 8\nStatus: closed\nSubject: =cmd|x\n"
    theirs = "Contract: 123\nStatus: closed\nSubject: x\n"
    doubt = "problem not believed"
    for number, (variant, attack, seen) in enumerate(
        (
            (
                "moved to another contract",
                (EVIL, closed, "pass"),
                f"incoming jan 8 {doubt}, foreign",
            ),
            (
                "under its own contract",
                (EVIL, theirs, "pass"),
                f"incoming jan 123 {doubt}, foreign",
            ),
            (
                "in the reporter's name, refuted",
                (HELPDESK, theirs, "fail"),
                f"incoming jan 123 {doubt}, sender not believed, foreign",
            ),
            (
                "by a customer who did not report it",
                (PETR, theirs, "pass"),
                f"incoming jan 123 {doubt}",
            ),
        )
    ):
        told = "Contract: 123\nStatus: open\nSubject: Pump\n"
        by, words, result = attack
        mails = (
            _problem(HELPDESK, 500 + number, told, 1),
            _problem(by, 500 + number, words, 9, result),
        )
        yield Story(("prob-real", "prob-outsider"), variant, mails, ("task open 123", seen))


def _inherited() -> Iterator[Story]:
    """A stranger answers a mail that he has only seen: flagged, and nothing for others (A-6)."""
    for number, (variant, field, flag) in enumerate(
        (
            ("In-Reply-To", "In-Reply-To: <{}>", "foreign"),
            ("References, far down", "References: <a@b> <{}> <c@d>", "foreign"),
            ("several", "In-Reply-To: <a@b> <{}>\nReferences: <e@f>", "foreign"),
            ("folded, with a comment", "In-Reply-To: (x)\n <{}>", "foreign"),
        )
    ):
        name = f"beta{number}@acme.example"
        mails = (
            _mail(PETR, f"{JAN}, {EVIL}", f"Contract:123 offer {number}", name),
            _mail(EVIL, JAN, f"hi {number}", more=field.format(name) + "\n"),
        )
        seen = ("incoming jan 123", f"incoming jan 123 {flag}")
        yield Story(("th-beta", "th-inherit"), variant, mails, seen)


def _poisoned() -> Iterator[Story]:
    """A stranger sends another mail with the Message-ID of a mail that he has seen (S-6)."""
    names = ("tp-orig", "tp-poison", "tp-reply")
    for number, variant in enumerate(("after it", "before it", "two of them", "in Petr's name")):
        name = f"q{number}@beta.example"
        real = _mail(BOB, JAN, f"quick question {number}", name)
        by, result = (PETR, "fail") if number == 3 else (EVIL, "pass")
        poison = _mail(by, JAN, f"Contract:123 {number}", name, result=result)
        flags = "sender not believed, foreign" if number == 3 else "foreign"
        answer = _mail(JAN, BOB, f"Re: quick question {number}", more=f"In-Reply-To: <{name}>\n")
        mails = [real, poison, answer] if number != 1 else [poison, real, answer]
        seen = ["incoming jan", f"incoming jan 123 {flags}", "outgoing jan"]
        if number == 1:
            seen = [seen[1], seen[0], seen[2]]
        if number == 2:
            again = _mail(EVIL, JAN, f"Contract:2026-7 {number}", name)
            mails, seen = (
                [*mails[:2], again, answer],
                [*seen[:2], "incoming jan 2026-7 foreign", seen[2]],
            )
        yield Story(names, variant, tuple(mails), tuple(seen))


STORIES = [*_preclaimed(), *_problems(), *_inherited(), *_poisoned()]
"""All that need no calendar."""
