import pytest

from shared.contracts.commands import MarkForbidden
from shared.domain.directory import AddressBookEntry
from tests.builders import (
    ACME,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    decide,
    hits,
    reasons,
    some_facts,
)


def _marks(subject: str, sender: str = PETR, more: str = "", **box: object) -> list[MarkForbidden]:
    settings = a_box(**box)
    decided = decide(
        a_mail(box=settings, subject=subject, sender=sender, more=more), some_facts(settings)
    )
    return [one for one in decided.commands if isinstance(one, MarkForbidden)]


@pytest.mark.parametrize(
    "subject",
    [
        "do not send",
        "DO NOT SEND any more e-mails!",
        "Re: Fwd: I do not want your newsletters",
        "  »Nechci vaše e-maily«",
        "nezasilat obchodni sdeleni.",
        "Neposílat",
    ],
)
def test_a_subject_that_is_an_opt_out_phrase_marks_the_sender(subject: str) -> None:
    """R-4, B-1: alone or with object words, prefixes and punctuation apart."""
    (mark,) = _marks(subject)

    assert (mark.address, mark.mark) == (PETR, "do_not_send")
    assert [contact.email for contact in mark.contacts] == [PETR]
    assert mark.relationships == ()


@pytest.mark.parametrize(
    "subject",
    [
        "Please do not send the press before Friday",
        "do not send the invoice",
        "Nechci to uspěchat",
        "send",
        "do not sendmail",
        "",
    ],
)
def test_a_subject_that_says_something_else_is_no_opt_out(subject: str) -> None:
    """B-1: the phrase must be the whole subject."""
    assert _marks(subject) == []


def test_opt_out_contains_takes_the_phrase_anywhere() -> None:
    """B-1: optOutContains=true, at word boundaries."""
    assert len(_marks("Please do not send this", opt_out_contains=True)) == 1
    assert _marks("Please do not sendmail", opt_out_contains=True) == []


def test_a_stranger_becomes_a_forbidden_address() -> None:
    """B-1: nobody has the address."""
    (mark,) = _marks("do not send", STRANGER)

    assert (mark.contacts, mark.relationships) == ((), ())


def test_a_company_with_the_address_is_marked_too() -> None:
    """B-1: every contact and relationship with the sender's address."""
    facts = some_facts(address_book={STRANGER: (AddressBookEntry(None, ACME),)})
    decided = decide(a_mail(subject="nechci", sender=STRANGER), facts)

    (mark,) = (one for one in decided.commands if isinstance(one, MarkForbidden))
    assert mark.relationships == (ACME,)


def test_nobody_of_our_own_opts_out() -> None:
    """B-1: only from outside the own domains."""
    assert _marks("do not send", JAN) == []
    assert _marks("do not send", "nobody@firma.cz") == []


def test_a_refuted_sender_opts_nobody_out() -> None:
    """S-1, H-19: a forged opt-out is refused, and the trace says why."""
    more = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=acme.example\n"
    box = a_box(authserv_id=("mx.firma.cz",))
    decided = decide(a_mail(box=box, subject="do not send", more=more), some_facts(box))

    assert "R-4" not in hits(decided)
    assert "refuted" in reasons(decided, "R-4")[0]


def test_two_senders_opt_nobody_out() -> None:
    """R-b: R-4 asks for one valid sender."""
    assert _marks("do not send", f"{PETR}, {STRANGER}") == []
