"""An adversary's mails between honest ones: nothing that honest mail has done is different.

He knows every address, subject, date, UID and record number, and the Message-IDs of mail that was
sent. His own server proves him, or he writes somebody else's From and is refuted.
"""

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR, bounce, invitation, problem

BOB, EVIL = "bob@beta.example", "x@evil.example"
ROUNDS = 2


def _results(result: str, domain: str) -> str:
    return f"Authentication-Results: mx.firma.cz; dmarc={result} header.from={domain}\n"


def _honest(sender: str, to: str, subject: str, name: str, more: str = "") -> bytes:
    head = _results("pass", sender.partition("@")[2]) + f"Message-ID: <{name}>\n" + more
    return raw_mail(f"Dobrý den, {name}.\n", sender=sender, to=to, subject=subject, more=head)


def _proven(raw: bytes, sender: str) -> bytes:
    return _results("pass", sender.partition("@")[2]).encode() + raw


HONEST = [
    _honest(PETR, JAN, "Question", "q1@acme"),
    _honest(JAN, PETR, "Contract:123 Documentation p9", "u1@firma"),
    _proven(invitation("REQUEST", 0), PETR),
    _proven(problem("open", 0), "problems@firma.cz"),
    _honest(PETR, JAN, "Re: Contract:123 Documentation p9", "o2@acme", "In-Reply-To: <u1@firma>\n"),
    _honest(JAN, PETR, "Re: Question", "u2@firma", "In-Reply-To: <q1@acme>\n"),
    _honest(BOB, JAN, "Monthly order", "r1@beta"),
    _proven(invitation("REQUEST", 1, "20261111T080000Z"), PETR),
    _honest(JAN, EVA, "New task: Pump", "n1@firma"),
    _proven(bounce(PETR, "5.1.1", 3), "mailer-daemon@acme.example"),
    _proven(problem("done", 5), "problems@firma.cz"),
    _honest(
        *(JAN, PETR, "Re: Re: Contract:123 Documentation p9", "u3@firma"),
        "In-Reply-To: <o2@acme>\nReferences: <u1@firma> <o2@acme>\n",
    ),
]
KNOWN = ["q1@acme", "u1@firma", "o2@acme", "u2@firma", "r1@beta"]
SUBJECTS = [
    *("Question", "Re: Question", "Monthly order", "New task: Pump", "do not send", "Details"),
    *("Contract:123 Documentation p9", "Contract:8 p-", "Re: Contract:8 p1", "Problem No. 77"),
    "Status Problem No. 77 closed",
]
BODIES = [
    "Hello.\n",
    "Contract:8 Documentation p9\n",
    "Yes.\n\nOn 2 Nov 2026 at 9:12, Jan <jan.novak@firma.cz> wrote:\n> Contract:8 p9\n",
    "Contract: 8\nStatus: closed\nSubject: mine\nhttps://evil.example/?id=77\n",
    "-- \nThis is an automatically generated e-mail\n",
    "Dobrý den, r1@beta.\n",
]
CLAIMED = st.sampled_from([EVIL, JAN, PETR, BOB, "problems@firma.cz", f"<{EVIL}> <{JAN}>"])


def _head(claimed: str) -> str:
    result = "pass" if claimed == EVIL or "> <" in claimed else "fail"
    about = "evil.example" if result == "pass" else claimed.partition("@")[2]
    return _results(result, about)


@st.composite
def _written(draw: st.DrawFn) -> bytes:
    """A mail with any of his subjects, texts and references."""
    claimed = draw(CLAIMED)
    answers = draw(st.sampled_from(["", *(f"In-Reply-To: <{one}>\n" for one in KNOWN)]))
    number = draw(st.integers(0, 999))
    return raw_mail(
        draw(st.sampled_from(BODIES)),
        sender=claimed,
        to=draw(st.sampled_from([JAN, EVA, f"{JAN}, {EVA}", PETR])),
        subject=draw(st.sampled_from(SUBJECTS)),
        more=f"{_head(claimed)}Message-ID: <{number}@evil.example>\n{answers}",
    )


@st.composite
def _invited(draw: st.DrawFn) -> bytes:
    """A state of the honest meeting, by him or in its organiser's name."""
    claimed = draw(st.sampled_from([EVIL, PETR]))
    return invitation(
        draw(st.sampled_from(["REQUEST", "CANCEL", "REPLY"])),
        draw(st.sampled_from([0, 1, 5, 9])),
        "20991231T080000Z",
        sender=claimed,
        organizer=draw(st.sampled_from([EVIL, PETR])),
        answer="DECLINED",
        head=_head(claimed),
        lines=draw(st.sampled_from(["LOCATION:evil", "RECURRENCE-ID:20261117T080000Z"])),
    )


@st.composite
def _reported(draw: st.DrawFn) -> bytes:
    """A bounce of a customer's, or somebody's, address."""
    address = draw(st.sampled_from([BOB, JAN, "info@acme.example", "v@victim.example"]))
    raw = bounce(address, draw(st.sampled_from(["5.1.1", "5.2.2"])), draw(st.integers(2, 6)))
    return _head(EVIL).encode() + raw.replace(b"mailer-daemon@acme.example", EVIL.encode())


MAILS = st.one_of(_written(), _invited(), _reported())


def _run(mails: Sequence[tuple[str, bytes]], rounds: int) -> Installation:
    """Give the mails to an installation, in their order and in so many runs."""
    folder = Path(tempfile.mkdtemp())
    installation = an_installation(folder, authserv_id=("mx.firma.cz",), eml_trusted=True)
    share = -(-len(mails) // rounds)
    for begin in range(0, len(mails), share):
        for name, raw in mails[begin : begin + share]:
            installation.drop(name, raw)
        installation.run()
    return installation


def _names(installation: Installation) -> Mapping[str, Any]:
    """Whose activity or task is of an honest mail."""
    return {str(one.mail_id): ", ".join(one.verdict) for one in installation.recorded}


def _effects(installation: Installation, honest: frozenset[str]) -> Mapping[str, Any]:
    """What people see of honest mail, and every mark: without ids, and without flags."""
    hidden = {"id", "flags", "number", "task"}
    shown = {
        table: [
            {name: value for name, value in row.items() if name not in hidden}
            for row in installation.list(table)
            if row["mail_id"] in honest
        ]
        for table in ("activities", "tasks")
    }
    marks = {(row["address"], row["mark"]) for row in installation.list("marks")}
    meetings = [
        (row["start"], row["cancelled"], row["answers"], row["recurrence_id"])
        for row in installation.list("invitations")
        # An occurrence that he invents is a record of his own, and flagged (V2-2d).
        if row["organizer"] == PETR and row["recurrence_id"] is None
    ]
    own = {(address, mark) for address, mark in marks if "evil.example" not in address}
    return {**shown, "marks": own, "meetings": meetings}


@cache
def _alone() -> tuple[frozenset[str], Mapping[str, Any]]:
    installation = _run([(f"{n:02}.eml", raw) for n, raw in enumerate(HONEST)], ROUNDS)
    honest = frozenset(_names(installation))
    return honest, _effects(installation, honest)


@given(st.lists(st.tuples(st.integers(0, len(HONEST)), MAILS), min_size=1, max_size=6))
@settings(max_examples=max(3, settings().max_examples // 8))
def test_an_adversary_changes_nothing_of_honest_mail(attacks: list[tuple[int, bytes]]) -> None:
    """S-1, S-3, S-4, S-6, S-7, S-8, S-9, V2-2a: effects and who sees them are as without him."""
    honest, alone = _alone()
    mails = [(f"{n:02}.eml", raw) for n, raw in enumerate(HONEST)]
    mails += [(f"{at:02}-{n}.eml", raw) for n, (at, raw) in enumerate(attacks)]

    attacked = _run(sorted(mails), ROUNDS)

    assert _effects(attacked, honest) == alone
    his = [row for row in attacked.list("activities") if row["mail_id"] not in honest]
    assert all(row["type"] == "E-mail" for row in his)
    assert all(row["flags"] for row in his if row["direction"] == "outgoing")
