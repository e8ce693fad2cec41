"""What a mail's first token says (behaviours T-1 to T-7; manual, chapters 10 to 12). Pure.

Gives the record the mail is assigned to, the activity type and the wish for a scope, with a note
for whatever was passed over.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.commands import Direction
from shared.contracts.references import ActivityTypeRef, RecordRef
from shared.contracts.said import Said, said
from shared.domain.directory import Directory
from shared.domain.folding import fold_line
from shared.domain.notes import Note
from shared.domain.tokens import Token, record_said
from shared.domain.vocabulary import TokenKind

DEFAULT_TYPE = "E-mail"

PASSED_OVER = 20
"""Tokens that are passed over and named in the trace; of more it says only that there are."""

ScopeWish = int | Literal["none", "default"]
"""A depth (`p2`), no scope at all (`p-`), or the role of the user (no word)."""

Aspect = Literal["record", "type", "scope"]
ASPECTS: tuple[Aspect, ...] = ("record", "type", "scope")
"""What a token says: which record, which activity type, which scope."""

ALL_OWN = frozenset(ASPECTS)
"""Of a token that a user wrote himself."""

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
        """Return the record, if it is of `kind`."""
        return self.record if self.token and self.token.kind == kind else None


def assign(
    tokens: Sequence[Token],
    directory: Directory,
    direction: Direction,
    own: frozenset[Aspect] = ALL_OWN,
) -> Assignment:
    """Read the first of `tokens`; without one, type `E-mail` and the default scope.

    Args:
        tokens: In the order in which they win (T-1).
        directory: Records and activity types.
        direction: Only outgoing mail chooses its type (T-4).
        own: What of the first token are a user's own words: only such a type counts (S-4).
    """
    default_type = _default_type(directory.activity_types)
    if not tokens:
        return Assignment(None, None, default_type, "default", ())
    token, *others = tokens
    record, found = _record(token, directory)
    named = record_said(token.kind, token.number)
    further = [record_said(other.kind, other.number) for other in others]
    passed_over = _passed_over(other for other in further if other != named)
    if token.kind == "opportunity":
        notes = [found, *passed_over, *_opportunity_notes(token)]
        return Assignment(token, record, default_type, "default", tuple(notes))
    activity_type, type_note = _type(token, directory.activity_types, direction, own)
    scope = scope_asked(token)
    notes = [found, *passed_over, *([type_note] if type_note else [])]
    return Assignment(token, record, activity_type, scope, tuple(notes))


def _passed_over(others: Iterable[Said]) -> list[Note]:
    """Return a note for each further token; of many only the first are named."""
    reasons = [
        said("a further token is passed over: {token}", token=other)
        for other in dict.fromkeys(others)
    ]
    if len(reasons) > PASSED_OVER:
        reasons[PASSED_OVER - 1 :] = [said("more tokens are passed over than are named here")]
    return [Note("T-1", "token", False, one) for one in reasons]


def _record(token: Token, directory: Directory) -> tuple[RecordRef | None, Note]:
    """Return a token's record: its exact number, else the one open record that fits (T-3, T-7)."""
    found = directory.match(token.kind, token.number)
    place = _place(token)
    if found.exact:
        return found.exact, Note("T-1", "token", True, said("assigned to {place}", place=place))
    if len(found.similar) == 1:
        record = found.similar[0]
        taken = said("{place}: taken as number {number}", place=place, number=record.number)
        return record, Note("T-7", "token", True, taken)
    if found.similar:
        numbers = ", ".join(record.number for record in found.similar)
        several = said("{place}: several open records fit: {numbers}", place=place, numbers=numbers)
        return None, Note("T-7", "token", False, several)
    none = said("{place}: no record has this number", place=place)
    return None, Note("T-3", "token", False, none)


def _place(token: Token) -> Said:
    named = record_said(token.kind, token.number)
    match token.place:
        case "subject":
            return said("{token} in the subject", token=named)
        case "text":
            return said("{token} in the text", token=named)
        case "quoted text":
            return said("{token} in the quoted text", token=named)


def _type(
    token: Token,
    types: Mapping[str, ActivityTypeRef],
    direction: Direction,
    own: frozenset[Aspect],
) -> tuple[ActivityTypeRef, Note | None]:
    """Return the type that the token names; of a user's outgoing own words only (T-4, S-4)."""
    activity_type = type_named(token, types)
    if activity_type is None:
        return _default_type(types), None
    if direction == "outgoing" and "type" in own:
        chosen = said("activity type {type}", type=activity_type.name)
        return activity_type, Note("T-4", "type", True, chosen)
    if direction == "outgoing":
        others = said("{type} is passed over: not a user's own words", type=activity_type.name)
        return _default_type(types), Note("S-4", "type", False, others)
    reason = said(
        "{type} is passed over: incoming mail is always {default}",
        type=activity_type.name,
        default=DEFAULT_TYPE,
    )
    return _default_type(types), Note("T-4", "type", False, reason)


def type_named(token: Token, types: Mapping[str, ActivityTypeRef]) -> ActivityTypeRef | None:
    """Return the longest known activity type directly behind the number (T-4)."""
    known = [name for name in types if _starts_with_words(token.following, name)]
    return types[max(known, key=len)] if known else None


def scope_asked(token: Token) -> ScopeWish:
    """Return the scope word among the six words behind the number (T-5)."""
    for word in token.following.split()[:_SCOPE_WORDS_SEARCHED]:
        if _SCOPE_WORD.fullmatch(word):
            return "none" if word[1] == "-" else int(word[1])
    return "default"


def _opportunity_notes(token: Token) -> list[Note]:
    if not token.following.strip():
        return []
    reason = said("an opportunity takes a number only: the rest passed over")
    return [Note("T-6", "scope", False, reason)]


def _starts_with_words(text: str, name: str) -> bool:
    return text.startswith(name) and not _BOUNDARY.match(text, len(name))


def _default_type(types: Mapping[str, ActivityTypeRef]) -> ActivityTypeRef:
    default = ActivityTypeRef(id=None, name=DEFAULT_TYPE)
    return types.get(fold_line(DEFAULT_TYPE), default)
