"""Activity types and scopes of tokens: whose words they are (behaviour S-4)."""

from collections.abc import Mapping, Sequence

import pytest

from services.classifier.chain import SoFar
from services.classifier.facts.words import words_of
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateActivity
from shared.domain.own_words import Spoken
from tests.builders import (
    DIRECTOR,
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

MX = "mx.firma.cz"
BOX = a_box(authserv_id=(MX,))
REFUTED = f"Authentication-Results: {MX}; dmarc=fail header.from=firma.cz\n"
TOKEN = "Contract:123 Documentation p9"
QUOTE = "On 2 Nov 2026 at 9:12, Petr Svoboda <petr.svoboda@acme.example> wrote:\n"
BLOCK = (
    "-----Original Message-----\nFrom: Petr Svoboda <petr.svoboda@acme.example>\n"
    "Sent: Monday, November 2, 2026 9:12 AM\nTo: Karel\n"
)
BOARD = ["Board"]
EVERYBODY = ["Board", "Management", "Sales", "Service", "Trainee"]


def _mail(
    name: str, sender: str, to: str, subject: str, body: str = "x", *, after: str = ""
) -> Mail:
    """A mail with the Message-ID <name>; `after` names the mails before it, the nearest first."""
    answered = [f"<{one}@x>" for one in after.split()]
    more = f"Message-ID: <{name}@x>\n"
    if answered:
        more += f"In-Reply-To: {answered[0]}\nReferences: {' '.join(reversed(answered))}\n"
    return a_mail(body, box=BOX, sender=sender, to=to, subject=subject, more=more)


def _remembered(*mails: Mail) -> Mapping[str, Sequence[Spoken]]:
    """What the journal keeps of mails that were recorded in this order."""
    spoken: dict[str, Sequence[Spoken]] = {}
    for mail in mails:
        told = words_of(mail, some_facts(BOX, spoken=dict(spoken)))
        spoken[str(mail.parsed.message_id)] = told
    return spoken


def _decided(*mails: Mail) -> SoFar:
    """The decision on the last of these mails, after the others were recorded."""
    *before, last = mails
    return decide(last, some_facts(BOX, spoken=_remembered(*before)))


def _made(*mails: Mail) -> tuple[str, list[str]]:
    """Type and scope of the activity of the last of these mails."""
    activity: CreateActivity
    (activity,) = activities(_decided(*mails))
    return activity.type.name, [role.name for role in activity.scope]


def _attack(subject: str, body: str) -> Mail:
    return _mail("o1", PETR, DIRECTOR, subject, body)


@pytest.mark.parametrize(
    ("attack", "reply"),
    [
        ((f"Offer {TOKEN}", "Hi"), (f"Re: Offer {TOKEN}", "Yes.")),
        ((f"Offer {TOKEN}", "Hi"), (f"{TOKEN} Re: Offer", "Yes.")),
        (("Offer", TOKEN), ("Re: Offer", f"Yes.\n\n{QUOTE}> {TOKEN}\n")),
        (("Offer", TOKEN), ("Re: Offer", f"Yes.\n\n{TOKEN}\n")),
        (("Offer", f"see {TOKEN}"), (f"Re: Offer {TOKEN}", "Yes.")),
        (("Offer", f"*{TOKEN}*"), ("Re: Offer", f"Yes.\n\n{BLOCK}Subject: Offer\n\n{TOKEN}\n")),
        ((f"Offer {TOKEN}", "Hi"), ("Re: Offer", f"Yes. {TOKEN}")),
        (("offer CONTRACT: 123 documentation P9", "Hi"), (f"Re: Offer {TOKEN}", "Yes.")),
    ],
)
def test_what_an_outsider_wrote_decides_neither_type_nor_scope_of_the_answer(
    attack: tuple[str, str], reply: tuple[str, str]
) -> None:
    """S-4: in a subject that is answered, in a quote, or in a quote that looks like own text."""
    answer = _mail("u2", DIRECTOR, PETR, *reply, after="o1")

    assert _made(_attack(*attack), answer) == ("E-mail", BOARD)


def test_the_trace_says_whose_words_were_passed_over() -> None:
    """S-4: both the type and the scope are named."""
    answer = _mail("u2", DIRECTOR, PETR, f"Re: {TOKEN}", after="o1")
    said = reasons(_decided(_attack(TOKEN, "Hi"), answer), "S-4")

    assert any("Documentation is passed over" in one for one in said)
    assert any("p9: depth 9: passed over" in one for one in said)


@pytest.mark.parametrize("later", ["u4", "u2"])
def test_an_answer_does_not_make_the_outsiders_words_the_users(later: str) -> None:
    """S-4: neither later in the thread nor where the thread begins with the user's answer."""
    first = _attack(TOKEN, "Hi")
    answer = _mail("u2", DIRECTOR, PETR, f"Re: {TOKEN}", after="o1")
    again = _mail("o3", PETR, DIRECTOR, "Re: nothing", after="u2")
    last = {
        "u4": _mail("u4", DIRECTOR, PETR, f"Re: {TOKEN}", after="o3 u2 o1"),
        "u2": _mail("u4", DIRECTOR, PETR, f"Re: {TOKEN}", after="o3 u2"),
    }[later]

    assert _made(first, answer, again, last) == ("E-mail", BOARD)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (f"Re: {TOKEN}", f"Yes.\n\n{QUOTE}> text\n"),
        ("Re: Offer", f"{TOKEN}\n\n{QUOTE}> text\n"),
        (f"SV: {TOKEN}", "Sent from my iPhone"),
    ],
)
def test_what_a_user_adds_to_an_answer_counts(subject: str, body: str) -> None:
    """S-4: an honest answer, from a desk or from a phone, to a mail without the token."""
    question = _mail("o1", PETR, DIRECTOR, "Offer", "Hi")

    made = _made(question, _mail("u2", DIRECTOR, PETR, subject, body, after="o1"))

    assert made == ("Documentation", EVERYBODY)


def test_what_a_user_began_a_thread_with_stays_the_users() -> None:
    """S-4: however often customers and colleagues repeat it, in subjects and in quotes."""
    begun = _mail("u1", DIRECTOR, PETR, TOKEN)
    answer = _mail("o2", PETR, DIRECTOR, f"Re: {TOKEN}", f"Yes.\n\n> {TOKEN}\n", after="u1")
    quote = f"Good.\n\n{BLOCK}Subject: Re: {TOKEN}\n\nYes.\n"
    again = _mail("u3", DIRECTOR, PETR, f"Re: {TOKEN}", quote, after="o2 u1")
    colleague = _mail("u4", JAN, PETR, f"Re: {TOKEN}", quote, after="u3 o2 u1")

    assert _made(begun) == ("Documentation", EVERYBODY)
    assert _made(begun, answer, again) == ("Documentation", EVERYBODY)
    assert _made(begun, answer, again, colleague) == ("Documentation", EVERYBODY)


def test_a_users_own_words_do_not_count_where_he_only_quotes_them() -> None:
    """S-4: subject and own text choose, however often the thread repeats what they said."""
    begun = _mail("u1", DIRECTOR, PETR, TOKEN)
    answer = _mail("o2", PETR, DIRECTOR, "Question", "x", after="u1")
    body = f"Good.\n\n{QUOTE}> {TOKEN}\n"
    last = _mail("u3", DIRECTOR, PETR, "Re: Question", body, after="o2 u1")

    assert _made(begun, answer, last) == ("E-mail", BOARD)


def test_a_secretary_writes_in_her_directors_name() -> None:
    """S-4: From says whose words they are; `Sender` may be anybody's."""
    mail = a_mail(box=BOX, sender=DIRECTOR, to=PETR, subject=TOKEN, more=f"Sender: {EVA}\n")

    (activity,) = activities(decide(mail, some_facts(BOX)))

    assert activity.type.name == "Documentation"


@pytest.mark.parametrize(
    ("subject", "after"), [("Re: Offer", "gone"), (f"Re: {TOKEN}", ""), ("Fwd: Offer", "")]
)
def test_an_answer_to_an_unknown_mail_chooses_its_type_but_no_wider_scope(
    subject: str, after: str
) -> None:
    """S-4: nobody knows what that mail held; a narrower scope counts all the same."""
    wide = _mail("u2", DIRECTOR, PETR, subject, f"{TOKEN}\n", after=after)
    narrow = _mail("u2", JAN, PETR, "Re: x", "Contract:123 Documentation p1\n", after="gone")

    assert _made(wide) == ("Documentation", BOARD)
    assert _made(narrow) == ("Documentation", BOARD)


def test_the_quoted_header_block_shows_an_unknown_mails_subject() -> None:
    """S-4: what it held in its subject is not the words of who answers it."""
    body = f"Yes.\n\n{BLOCK}Subject: {TOKEN}\n\nHi\n"

    assert _made(_mail("u2", DIRECTOR, PETR, f"Re: {TOKEN}", body, after="gone")) == (
        "E-mail",
        BOARD,
    )


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("p1", BOARD),
        ("p2", ["Board", "Management"]),
        ("p3", ["Board", "Management", "Sales", "Service"]),
        ("p4", ["Board", "Management", "Sales", "Service"]),
        ("p9", ["Board", "Management", "Sales", "Service"]),
        ("p-", []),
        ("p0", []),
    ],
)
def test_an_outsider_may_only_narrow_the_scope(words: str, scope: list[str]) -> None:
    """S-4: and hide what concerns his own company's record."""
    mail = _mail("o1", PETR, JAN, f"Contract:123 {words}")

    assert _made(mail) == ("E-mail", scope)


@pytest.mark.parametrize("words", ["p-", "p0"])
@pytest.mark.parametrize("sender", [PETR, STRANGER])
def test_nobody_hides_what_concerns_another_companys_record(words: str, sender: str) -> None:
    """S-4: `p-`, and a depth that no role has, leave the default."""
    mail = _mail("o1", sender, DIRECTOR, f"Contract:7 {words}")

    assert _made(mail) == ("E-mail", BOARD)


def test_a_record_of_nobody_may_be_hidden() -> None:
    """S-4: an outsider's p- counts where the number stands for nothing, or for nobody's record."""
    assert _made(_mail("o1", STRANGER, DIRECTOR, "Contract:999 p-")) == ("E-mail", [])


def test_a_refuted_user_chooses_nothing() -> None:
    """S-4: as if an outsider had written it, whoever it goes to."""
    mail = a_mail(box=BOX, sender=DIRECTOR, to=JAN, subject=TOKEN, more=REFUTED)

    (activity,) = activities(decide(mail, some_facts(BOX)))

    assert len(activity.scope) == 4
