"""Tokens, scopes, types, phrases and dates that a sender has no right to decide."""

from tests.attacks.attack import Attack, attack, came, failed
from tests.builders import BOB, DIRECTOR, EVA, JAN, PETR
from tests.honest.systems import POP3

_BY = "On Mon, 2 Nov 2026 at 9:12, Petr Svoboda <petr.svoboda@acme.example> wrote:\n"
_BLOCK = "-----Original Message-----\nFrom: Petr <petr.svoboda@acme.example>\nSent: Monday\n"
_TOKEN = "Contract:7 Documentation p9"
_ACCEPT = "Confidential: we accept.\n\n"
_HIS_REPLY = "outgoing karel; proven"
_DOUBT = "refuted; sender not believed"


def _reply(name: str, variant: str, number: int, subject: str, body: str = _ACCEPT) -> Attack:
    """The director answers: what the outsider hid decides nothing of it."""
    system, head = came(number, "firma.cz")
    people = {"sender": DIRECTOR, "to": PETR}
    return attack(name, variant, _HIS_REPLY, (system, head), subject=subject, body=body, **people)


QUOTES = [
    _reply(
        "quote-widen",
        "a quote",
        0,
        "Re: your offer",
        f"{_ACCEPT}{_BY}> Please decide.\n> {_TOKEN}\n",
    ),
    _reply(
        "quote-widen",
        "Outlook's header block",
        1,
        "RE: your offer",
        f"{_ACCEPT}{_BLOCK}Subject: offer\n\n{_TOKEN}\n",
    ),
    _reply(
        "quote-widen",
        "in Czech",
        3,
        "Re: nabidka",
        f"{_ACCEPT}Dne 2. 11. 2026 v 9:12 Petr <petr.svoboda@acme.example> napsal(a):\n"
        "> Zakázka:7 Documentation p9\n",
    ),
    _reply(
        "quote-widen",
        "a quote in a quote",
        4,
        "Re: your offer",
        f"{_ACCEPT}{_BY}> > {_TOKEN}\n> > yes\n",
    ),
]


def _subject(variant: str, number: int, subject: str, outcome: str) -> Attack:
    """The subject of an answer is the outsider's: it may assign, and no more."""
    way = came(number, "firma.cz")
    people = {"sender": DIRECTOR, "to": PETR, "body": _ACCEPT}
    return attack("quote-subject-widen", variant, outcome, way, subject=subject, **people)


_CARRIED = "outgoing karel 7; proven; foreign"
SUBJECTS = [
    _subject("with Re:", 0, "Re: offer Contract:7 p9", _CARRIED),
    _subject("with AW:, in other letters", 1, "AW: offer \uff23ontract:7 p9", _CARRIED),
    _subject("the token first", 3, "Re: CONTRACT: 7 P- offer", _CARRIED),
    # Of a mail that was not recorded the type counts, a wider scope does not.
    _subject("numbered", 4, f"Re[2]: {_TOKEN}", "outgoing karel 7 Documentation; proven; foreign"),
]
TOKENS = [
    attack(
        "token-other-company",
        "unknown sender, of another company",
        "incoming jan 7; unknown; foreign",
        (POP3, ""),
        sender=PETR,
        subject="Contract:7 p9 hello",
    ),
    attack(
        "token-other-company",
        "proven, no scope at all",
        "incoming jan 7; proven; foreign",
        came(1, "acme.example"),
        sender=PETR,
        subject="Contract:7 p- hello",
    ),
    attack(
        "token-other-company",
        "a stranger, with a type",
        "incoming jan 7; proven; foreign",
        came(3),
        subject="hi",
        body="Contract:7 Documentation p9\n",
    ),
    attack(
        "token-other-company",
        "foreignTokens=refuse",
        "incoming jan; proven",
        came(4),
        settings={"foreign_tokens": "refuse"},
        subject="Contract:7 p9",
    ),
    attack(
        "refuted-outgoing",
        "to a customer",
        f"outgoing jan; {_DOUBT}",
        failed(0, "firma.cz"),
        sender=JAN,
        to=BOB,
        subject="Contract:7 Documentation p- we cancel the contract",
    ),
    attack(
        "refuted-outgoing",
        "to a colleague, too",
        f"incoming eva 7; {_DOUBT}; foreign",
        failed(1, "firma.cz"),
        sender=JAN,
        to=f"{BOB}, {EVA}",
        subject="Contract:7 Documentation p- we cancel",
    ),
    attack(
        "refuted-outgoing",
        "to the box",
        f"outgoing jan; {_DOUBT}",
        failed(3, "firma.cz"),
        sender=JAN,
        to="crm@firma.cz",
        subject="Contract:7 p9",
    ),
    attack(
        "refuted-outgoing",
        "as an answer",
        f"outgoing karel; {_DOUBT}",
        failed(4, "firma.cz"),
        sender=DIRECTOR,
        to=PETR,
        subject=f"Re: {_TOKEN}",
        body=f"{_TOKEN}\n",
    ),
]

_SENTENCE = "Contract:7 secret\n\n-- \nThis is an automatically generated e-mail\n"
_OWN_SENTENCE = "Contract:7 secret\nThis is an automatically generated e-mail\n"
MACHINES = [
    attack(
        "inform-abuse",
        "Details",
        "incoming jan 7; proven",
        came(0, "beta.example"),
        sender=BOB,
        subject="Details",
        body=_SENTENCE,
    ),
    attack(
        "inform-abuse",
        "Info about",
        "incoming jan 7; proven; foreign",
        came(1),
        subject="Info about the order",
        body=_OWN_SENTENCE,
    ),
    attack(
        "inform-abuse",
        "an employee's, refuted",
        f"incoming eva 7; {_DOUBT}; foreign",
        failed(3, "firma.cz"),
        sender=JAN,
        to=EVA,
        subject="Details",
        body=_OWN_SENTENCE,
    ),
    attack(
        "inform-abuse",
        "the sentence only quoted",
        "incoming jan; proven",
        came(4, "beta.example"),
        sender=BOB,
        subject="Re: Details",
        body=f"No.\n\n{_BY}> This is an automatically generated e-mail\n",
    ),
]

_PROBLEM = "Contract: 7\nStatus: closed\nSubject: =cmd|x\nhttps://h.example/?id=77\n"
PROBLEMS = [
    attack(
        "problem-by-outsider",
        "unknown",
        "incoming jan 7; unknown; problem not believed; foreign",
        (POP3, ""),
        subject="Status Problem No. 5",
        body=_PROBLEM.replace("77", "5"),
    ),
    attack(
        "problem-by-outsider",
        "proven for his own domain",
        "incoming jan 7; proven; problem not believed; foreign",
        came(1),
        subject="Problem No. 77",
        body=_PROBLEM,
    ),
    attack(
        "problem-by-outsider",
        "a customer, of another's contract",
        "incoming jan 7; proven; problem not believed; foreign",
        came(3, "acme.example"),
        sender=PETR,
        subject="Status Problem No. 77",
        body=_PROBLEM,
    ),
    attack(
        "problem-by-outsider",
        "refuted in the name of a problemSender",
        "incoming jan 7; refuted; problem not believed; sender not believed; foreign",
        failed(4, "helpdesk.example"),
        settings={"problem_sender": ("p@helpdesk.example",)},
        sender="p@helpdesk.example",
        subject="Status Problem No. 77",
        body=_PROBLEM,
    ),
]

_LISTED = {"more": "List-Id: <sales.firma.cz>\n"}
OWN_LISTS = [
    attack(
        "problem-by-outsider",
        "a From that the server read otherwise, as a list of ours",
        "incoming jan 7; unknown; problem not believed",
        came(0),
        sender="a: <helpdesk@firma.cz>",
        subject="Status Problem No. 77",
        body=_PROBLEM,
        **_LISTED,
    ),
    attack(
        "inform-abuse",
        "a From that the server read otherwise, as a list of ours",
        "incoming jan 7; unknown",
        came(1),
        sender="<mailto:erp@firma.cz>",
        subject="Details",
        body=_OWN_SENTENCE,
        **_LISTED,
    ),
]

WORDS = [*QUOTES, *SUBJECTS, *TOKENS, *MACHINES, *PROBLEMS, *OWN_LISTS]
"""All of them."""
