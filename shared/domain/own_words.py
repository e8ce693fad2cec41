"""Whose words a token's are: a user's own, or those of somebody whom he answers (S-4). Pure.

A reply carries its subject and its quotes on, so a token in a user's mail need not be the user's.
The thread decides: what a user wrote first stays the user's, whoever repeats it; what somebody else
wrote first does not become the user's by being answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.references import ActivityTypeRef
from shared.domain.assignment import ASPECTS, Aspect, scope_asked, type_named
from shared.domain.tokens import Token

NOTHING: frozenset[Aspect] = frozenset()

Answers = Literal["nothing", "recorded", "unrecorded"]
"""Whether a mail answers another one, and whether that is known."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A token that somebody wrote.

    Attributes:
        token: With its words.
        own: What of it was a user's own.
    """

    token: Token
    own: frozenset[Aspect]


def own_words(
    tokens: Sequence[Token],
    thread: Iterable[Spoken],
    answers: Answers,
    types: Mapping[str, ActivityTypeRef],
) -> tuple[Spoken, ...]:
    """Return what of each token in a user's mail is the user's own.

    Quoted text never is, and shows what others wrote. Where the mail answers one that is not
    recorded, nobody knows what that one held: then a new scope is not believed to be the user's.

    Args:
        tokens: Of the mail.
        thread: Tokens of the recorded mails before it.
        answers: What the mail answers.
        types: Known activity types.
    """
    quoted = [Spoken(one, NOTHING) for one in tokens if one.place == "quoted text"]
    heard = _heard([*thread, *quoted], types)
    found = []
    for token in tokens:
        own = {
            one
            for one in ASPECTS
            if heard.get(_says(token, one, types), _may_be_own(token, one, answers))
        }
        found.append(Spoken(token, NOTHING if token.place == "quoted text" else frozenset(own)))
    return tuple(found)


_Saying = tuple[object, ...]


def _heard(spoken: Iterable[Spoken], types: Mapping[str, ActivityTypeRef]) -> dict[_Saying, bool]:
    """Return what was said before, each with whether a user said it of his own."""
    heard: dict[_Saying, bool] = {}
    for one in spoken:
        for aspect in ASPECTS:
            said = _says(one.token, aspect, types)
            heard[said] = heard.get(said, False) or aspect in one.own
    return heard


def _says(token: Token, aspect: Aspect, types: Mapping[str, ActivityTypeRef]) -> _Saying:
    """Return what a token says of one thing, in a comparable form."""
    words: object = None
    if aspect == "type":
        words = type_named(token, types)
    elif aspect == "scope":
        words = scope_asked(token)
    return aspect, token.kind, token.number, words


def _may_be_own(token: Token, aspect: Aspect, answers: Answers) -> bool:
    """Whether what nobody is known to have written before is the user's own.

    The subject of an answer may be that of the unknown mail.
    """
    if answers != "unrecorded":
        return True
    return aspect == "type" or (aspect == "record" and token.place != "subject")
