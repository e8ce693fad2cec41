"""Reads which tokens the earlier mails of a thread held, and whose words they were (S-4)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from shared.contracts.flags import NOT_BELIEVED
from shared.domain.assignment import ALL_OWN
from shared.domain.copies import message_key
from shared.domain.own_words import NOTHING, Spoken
from shared.domain.tokens import Token
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import journal_table


def read_spoken(
    connection: Connection, message_ids: Iterable[str]
) -> Mapping[str, Sequence[Spoken]]:
    """Return the tokens of the recorded mails with these Message-IDs, by Message-ID.

    A mail whose tokens an early version did not record is left out, as if it were not recorded.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for one in sorted(set(message_ids)):
        by_key[message_key(one)].append(one)
    own = journal_table.c
    found: dict[str, list[Spoken]] = {}
    for chunk in in_chunks(sorted(by_key)):
        query = select(own.message_key, own.direction, own.flags, own.tokens)
        for key, direction, flags, tokens in connection.execute(
            query.where(own.message_key.in_(chunk), own.tokens.is_not(None))
        ):
            by_user = direction == "outgoing" and NOT_BELIEVED not in json.loads(flags or "[]")
            spoken = list(_spoken(json.loads(tokens), by_user=by_user))
            for asked in by_key[key]:
                found.setdefault(asked, []).extend(spoken)
    return found


def _spoken(tokens: Sequence[Mapping[str, Any]], *, by_user: bool) -> Iterator[Spoken]:
    """Yield what was said; an earlier version did not record whose words: a user's were his own."""
    for one in tokens:
        own = one.get("own")
        if own is None:
            own = ALL_OWN if by_user and one["place"] != "quoted text" else NOTHING
        token = Token(one["kind"], one["number"], one["words"], one["place"])
        yield Spoken(token, frozenset(own))
