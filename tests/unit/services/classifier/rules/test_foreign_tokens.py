"""Assignments by tokens whose senders have nothing to do with the record (behaviour S-5)."""

import pytest

from services.classifier.chain import SoFar
from shared.contracts.flags import FOREIGN, NOT_BELIEVED
from shared.domain.earlier import Thread
from shared.domain.own_words import NOTHING, Spoken
from shared.domain.threads import Origin
from shared.settings.box import Box
from tests.builders import (
    BETA,
    BOB,
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
    tasks,
)

MX = "mx.firma.cz"
BOX = a_box(authserv_id=(MX,))
REFUSING = a_box(authserv_id=(MX,), foreign_tokens="refuse")
FAIL = f"Authentication-Results: {MX}; dmarc=fail header.from=acme.example\n"
QUOTED = "Yes.\n\nOn 2 Nov 2026 at 9:12, Petr <petr.svoboda@acme.example> wrote:\n> {}\n"
REPLY = "In-Reply-To: <o1@x>\n"


def _outcome(decided: SoFar) -> tuple[str | None, tuple[str, ...]]:
    """The contract of the one activity, and the mail's flags."""
    (activity,) = activities(decided)
    assert activity.flags == decided.flags
    return activity.contract.number if activity.contract else None, decided.flags


def _incoming(sender: str, token: str, more: str = "", box: Box = BOX) -> SoFar:
    mail = a_mail(box=box, sender=sender, to=JAN, subject=token, more=more)
    return decide(mail, some_facts(box))


@pytest.mark.parametrize(
    ("sender", "token", "more", "flags"),
    [
        (PETR, "Contract:123", "", ()),
        ("other@acme.example", "Contract:123", "", ()),
        (EVA, "Contract:7", "", ()),
        ("scanner@firma.cz", "Contract:7", "", ()),
        (PETR, "Opo:9", "", ()),
        (BOB, "Contract:123", "", (FOREIGN,)),
        (PETR, "Contract:7", "", (FOREIGN,)),
        (STRANGER, "Contract:123", "", (FOREIGN,)),
        (STRANGER, "Opo:9", "", (FOREIGN,)),
        (PETR, "Contract:123", FAIL, (NOT_BELIEVED, FOREIGN)),
        (PETR, "Contract:999", "", ()),
    ],
)
def test_a_token_of_whoever_has_nothing_to_do_with_the_record_is_flagged(
    sender: str, token: str, more: str, flags: tuple[str, ...]
) -> None:
    """S-5: taken from anybody; a supplier with a customer's contract is only flagged."""
    kind, _, number = token.lower().partition(":")
    decided = _incoming(sender, token, more)
    (activity,) = activities(decided)

    record = activity.opportunity if kind == "opo" else activity.contract
    assert (record.number if record else None) == (None if number == "999" else number)
    assert activity.flags == decided.flags == flags


@pytest.mark.parametrize(
    "sender", ["=?utf-8?q?petr=2Esvoboda=40acme=2Eexample?=", f"<@x.cz:{PETR}>"]
)
def test_a_token_of_an_odd_sender_is_flagged(sender: str) -> None:
    """S-5, S-1: others may read another sender there."""
    assert _outcome(_incoming(sender, "Contract:123")) == ("123", (NOT_BELIEVED, FOREIGN))


@pytest.mark.parametrize(
    ("sender", "token", "contract"),
    [(BOB, "Contract:123", None), (STRANGER, "Contract:123", None), (PETR, "Contract:123", "123")],
)
def test_foreign_tokens_can_be_refused(sender: str, token: str, contract: str | None) -> None:
    """S-5: with foreignTokens=refuse they are noted only, and nothing is flagged."""
    decided = _incoming(sender, f"{token} p1", box=REFUSING)

    assert _outcome(decided) == (contract, ())
    noted = [one for one in reasons(decided, "S-5") if "foreignTokens=refuse" in one]
    assert bool(noted) == (contract is None)


def test_a_refused_token_leaves_the_thread_its_say() -> None:
    """S-5, A-6: the mail is as one without a token."""
    thread = {
        "<o1@x>": [
            Thread(Origin(JAN), contract=some_facts().directory.match("contract", "123").record)
        ]
    }
    mail = a_mail(box=REFUSING, sender=STRANGER, to=JAN, subject="Contract:7", more=REPLY)

    (activity,) = activities(decide(mail, some_facts(REFUSING, threads=thread)))

    assert activity.contract is not None
    assert activity.contract.number == "123"
    assert activity.answers_to == ("<o1@x>",)


def _user(
    token: str, to: str = PETR, subject: str = "Re: Offer", more: str = REPLY, thread: str = ""
) -> SoFar:
    """A user's mail that only quotes a token."""
    found = some_facts().directory.match("contract", thread).record
    threads = {"<o1@x>": [Thread(Origin(PETR), contract=found)]} if found else {}
    mail = a_mail(QUOTED.format(token), box=BOX, sender=JAN, to=to, subject=subject, more=more)
    return decide(mail, some_facts(BOX, threads=threads))


@pytest.mark.parametrize(
    ("token", "to", "thread", "contract"),
    [
        ("Contract:123", PETR, "", "123"),
        ("Contract:123", f"{EVA}, {PETR}", "", "123"),
        ("Contract:7", PETR, "", None),
        ("Contract:7", BOB, "", "7"),
        ("Contract:7", STRANGER, "", None),
        ("Contract:7", PETR, "7", "7"),
        ("Contract:7", PETR, "123", "123"),
        ("Contract:7", BOB, "123", "123"),
        ("Contract:123", PETR, "123", "123"),
    ],
)
def test_what_a_user_only_quotes_counts_for_the_thread_or_a_recipient(
    token: str, to: str, thread: str, contract: str | None
) -> None:
    """S-5: an outsider's hidden line does not file an answer under another company's contract."""
    decided = _user(token, to=to, thread=thread)

    assert _outcome(decided) == (contract, ())


def test_a_token_that_is_only_quoted_is_noted() -> None:
    """S-5: the trace says why it is passed over."""
    assert "only quoted" in reasons(_user("Contract:7"), "S-5")[0]


@pytest.mark.parametrize(
    ("subject", "to", "more"),
    [
        ("Fwd: Offer", EVA, ""),
        ("FW: Fwd: Offer", EVA, REPLY),
        ("Offer", EVA, REPLY),
        ("Přepos: Offer", STRANGER, ""),
    ],
)
def test_a_forwarded_mail_keeps_its_contract(subject: str, to: str, more: str) -> None:
    """S-5: forwarded once or twice, to colleagues or outside: taken, and flagged as not proven."""
    assert _outcome(_user("Contract:7", to=to, subject=subject, more=more)) == ("7", (FOREIGN,))


@pytest.mark.parametrize(
    ("to", "subject", "spoken", "flags"),
    [
        (PETR, "Contract:7", False, ()),
        (PETR, "Re: Offer Contract:7", False, ()),
        (PETR, "Re: Offer Contract:7", True, (FOREIGN,)),
        (BOB, "Re: Offer Contract:7", True, ()),
        (PETR, "Re: Offer Contract:123", True, ()),
    ],
)
def test_a_users_own_choice_is_not_questioned(
    to: str, subject: str, *, spoken: bool, flags: tuple[str, ...]
) -> None:
    """S-5: what he only carries on from an outsider's subject is flagged for another company."""
    mail = a_mail(box=BOX, sender=JAN, to=to, subject=subject, more=REPLY)
    told = [Spoken(one, NOTHING) for one in mail.tokens] if spoken else []

    decided = decide(mail, some_facts(BOX, spoken={"<o1@x>": told}))

    assert _outcome(decided) == (subject.rpartition(":")[2], flags)


def test_a_record_of_nobody_is_foreign_to_nobody_known() -> None:
    """S-5: where the ERP does not say whose a record is, only unknown senders are flagged."""
    mail = a_mail(box=BOX, sender=BOB, to=JAN, subject="Contract:123")

    assert _outcome(decide(mail, some_facts(BOX, owners={}))) == ("123", ())


def test_a_company_found_twice_is_known() -> None:
    """S-5, A-2: an address that several companies have may be of the record's."""
    domains = {"acme.example": (BETA,), "elsewhere.example": (BETA,)}
    facts = some_facts(BOX, relationships_by_domain=domains)
    mail = a_mail(box=BOX, sender=STRANGER, to=JAN, subject="Contract:7")

    assert _outcome(decide(mail, facts)) == ("7", ())


@pytest.mark.parametrize(
    ("subject", "body", "contract"),
    [
        ("New task: Gate", "Contract:7\n", "7"),
        ("Fwd: New task: Gate", QUOTED.format("Contract:7"), "7"),
        ("New task: Gate", QUOTED.format("Contract:7"), "7"),
    ],
)
def test_a_new_task_takes_the_contract_that_its_mail_takes(
    subject: str, body: str, contract: str
) -> None:
    """S-5, N-1: also of a customer's mail that is passed on to a colleague."""
    mail = a_mail(body, box=BOX, sender=JAN, to=EVA, subject=subject, more=REPLY)

    (task,) = tasks(decide(mail, some_facts(BOX)))

    assert task.contract is not None
    assert task.contract.number == contract


def test_a_new_task_to_a_customer_does_not_take_what_is_only_quoted() -> None:
    """S-5, N-1: a hidden line of a customer does not put it under another company's contract."""
    body = QUOTED.format("Contract:7")
    mail = a_mail(body, box=BOX, sender=JAN, to=f"{EVA}, {PETR}", subject="New task: A", more=REPLY)

    (task,) = tasks(decide(mail, some_facts(BOX)))

    assert task.contract is None


@pytest.mark.parametrize(
    ("sender", "flags"),
    [
        (PETR, ()),
        ("other@acme.example", ()),
        (EVA, ()),
        (BOB, (FOREIGN,)),
        (STRANGER, (FOREIGN,)),
    ],
)
def test_whoever_answers_a_mail_that_he_has_only_seen_is_flagged(
    sender: str, flags: tuple[str, ...]
) -> None:
    """S-5, A-6: what he inherits is taken, as from a customer's private address."""
    found = some_facts().directory.match("contract", "123").record
    threads = {"<o1@x>": [Thread(Origin(JAN), contract=found)]}
    mail = a_mail(box=BOX, sender=sender, to=JAN, subject="Re: Offer", more=REPLY)

    assert _outcome(decide(mail, some_facts(BOX, threads=threads))) == ("123", flags)


@pytest.mark.parametrize(
    ("subject", "body", "flags"),
    [
        ("Re: Offer Contract:7 p9", "Yes.", (FOREIGN,)),
        ("Re: Offer", "Contract:7", ()),
        ("Offer Contract:7", "Yes.", ()),
    ],
)
def test_the_subject_of_an_unknown_mail_is_not_the_users_choice(
    subject: str, body: str, flags: tuple[str, ...]
) -> None:
    """S-5: it is when he writes it into his own text, or begins the thread."""
    mail = a_mail(body, box=BOX, sender=JAN, to=PETR, subject=subject)

    assert _outcome(decide(mail, some_facts(BOX))) == ("7", flags)
