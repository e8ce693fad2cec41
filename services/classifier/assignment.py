"""What a mail's first token says (behaviours T-1 to T-7; manual, chapters 10 to 12).

Gives the record the mail is assigned to, the activity type and the wish for a scope, with a note
for whatever was passed over.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.classifier.bounds import PASSED_OVER
from services.classifier.chain import Note
from services.classifier.facts import Facts, Found
from services.classifier.mail import Mail
from services.classifier.tokens import Token
from services.classifier.vocabulary import TokenKind
from shared.contracts.commands import Direction
from shared.contracts.references import ActivityTypeRef, RecordRef
from shared.folding import fold_line

DEFAULT_TYPE = "E-mail"

ScopeWish = int | Literal["none", "default"]
"""A depth (`p2`), no scope at all (`p-`), or the role of the user (no word)."""

_SCOPE_WORD = re.compile("p[-0-9]")
_SCOPE_WORDS_SEARCHED = 6
_BOUNDARY = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the token gives.

    Attributes:
        token: The token that won, if any.
        record: What it stands for, if such a record was found.
        type: Activity type.
        scope: The wish for a scope.
        notes: For the trace.
    """

    token: Token | None
    record: RecordRef | None
    type: ActivityTypeRef
    scope: ScopeWish
    notes: tuple[Note, ...]

    def of(self, kind: TokenKind) -> RecordRef | None:
        """The record, if it is of `kind`."""
        return self.record if self.token and self.token.kind == kind else None


def assign(mail: Mail, facts: Facts, direction: Direction) -> Assignment:
    """Read the first token of `mail`; without one, type `E-mail` and the default scope."""
    if not mail.tokens:
        return Assignment(None, None, _default_type(facts), "default", ())
    token, *others = mail.tokens
    record, found = _record(token, facts)
    passed_over = _passed_over([str(other) for other in others if str(other) != str(token)])
    if token.kind == "opportunity":
        notes = [found, *passed_over, *_opportunity_notes(token)]
        return Assignment(token, record, _default_type(facts), "default", tuple(notes))
    activity_type, type_note = _type(token, facts, direction)
    scope = _scope(token)
    notes = [found, *passed_over, *([type_note] if type_note else [])]
    return Assignment(token, record, activity_type, scope, tuple(notes))


def _passed_over(others: Iterable[str]) -> list[Note]:
    """A note for each further token; of many only the first are named."""
    said = [f"a further token is passed over: {other}" for other in dict.fromkeys(others)]
    if len(said) > PASSED_OVER:
        said[PASSED_OVER - 1 :] = ["more tokens are passed over than are named here"]
    return [Note("T-1", "token", False, one) for one in said]


def assigned_record(mail: Mail, facts: Facts, kind: TokenKind) -> RecordRef | None:
    """The record of `kind` that the mail's first token stands for."""
    if mail.tokens and mail.tokens[0].kind == kind:
        return _record(mail.tokens[0], facts)[0]
    return None


def _record(token: Token, facts: Facts) -> tuple[RecordRef | None, Note]:
    """The record of a token: its exact number, else the one open record that fits (T-3, T-7)."""
    found = facts.records.get((token.kind, token.number), Found())
    place = f"{token} in the {token.place}"
    if found.exact:
        return found.exact, Note("T-1", "token", True, f"assigned to {place}")
    if len(found.similar) == 1:
        record = found.similar[0]
        return record, Note("T-7", "token", True, f"{place}: taken as number {record.number}")
    if found.similar:
        numbers = ", ".join(record.number for record in found.similar)
        return None, Note("T-7", "token", False, f"{place}: several open records fit: {numbers}")
    return None, Note("T-3", "token", False, f"{place}: no record has this number")


def _type(token: Token, facts: Facts, direction: Direction) -> tuple[ActivityTypeRef, Note | None]:
    """The longest known activity type directly behind the number; outgoing mail only (T-4)."""
    known = [name for name in facts.activity_types if _starts_with_words(token.following, name)]
    if not known:
        return _default_type(facts), None
    activity_type = facts.activity_types[max(known, key=len)]
    if direction == "outgoing":
        return activity_type, Note("T-4", "type", True, f"activity type {activity_type.name}")
    reason = f"{activity_type.name} is passed over: incoming mail is always {DEFAULT_TYPE}"
    return _default_type(facts), Note("T-4", "type", False, reason)


def _scope(token: Token) -> ScopeWish:
    """The scope word among the six words behind the number (T-5)."""
    for word in token.following.split()[:_SCOPE_WORDS_SEARCHED]:
        if _SCOPE_WORD.fullmatch(word):
            return "none" if word[1] == "-" else int(word[1])
    return "default"


def _opportunity_notes(token: Token) -> list[Note]:
    if not token.following.strip():
        return []
    return [Note("T-6", "scope", False, "an opportunity takes a number only: the rest passed over")]


def _starts_with_words(text: str, name: str) -> bool:
    return text.startswith(name) and not _BOUNDARY.match(text, len(name))


def _default_type(facts: Facts) -> ActivityTypeRef:
    default = ActivityTypeRef(id=None, name=DEFAULT_TYPE)
    return facts.activity_types.get(fold_line(DEFAULT_TYPE), default)
