"""What somebody looks for, and the conditions of the journal that it means."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select

from shared.contracts.line import one_line
from shared.contracts.said import said
from shared.domain.copies import message_key
from shared.domain.search_words import LONGEST_WORD, search_words
from shared.errors import WrongUseError
from shared.netgenium.own.tables import journal_table, recipient_table, word_table

_BEHIND_ALL = "\x7f"
"""Comes after every character of a word."""

_ANYBODY = "*@"

MailIds = Select[UUID]
"""A query for the ids of mails."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; everything must fit.

    Attributes:
        words: Beginnings of folded words: of the subject, of addresses, of record numbers.
        since: Received then or later.
        sender, recipient: An address in lower case, or `*@domain`.
        subject: Beginnings of folded words of the subject.
        message_id: With its angle brackets.
        mail_id: The mail itself.
        verdict: A word of the verdict, in any case.
        box: The name of a box.
    """

    words: tuple[str, ...] = ()
    since: datetime | None = None
    sender: str | None = None
    recipient: str | None = None
    subject: tuple[str, ...] = ()
    message_id: str | None = None
    mail_id: UUID | None = None
    verdict: str | None = None
    box: str | None = None

    @property
    def all_words(self) -> tuple[str, ...]:
        """Words that every such mail has: those of the addresses, too."""
        addresses = [one for one in (self.sender, self.recipient) if one]
        found = (word for one in addresses for word in _words_of_address(one))
        return tuple(dict.fromkeys((*self.words, *self.subject, *found)))

    def fits_subject(self, subject: str) -> bool:
        """Return whether the words of `subject` have all the beginnings."""
        there = search_words([subject])
        return all(any(word.startswith(one) for word in there) for one in self.subject)


def words_typed(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the beginnings of typed words: of an address all of it, else each piece.

    Raises:
        WrongUseError: A text has no letter and no digit.
    """
    return tuple(dict.fromkeys(word for text in texts for word in _typed(text)))


def address_typed(text: str | None) -> str | None:
    """Return the address, or `*@domain`, that somebody has typed.

    Raises:
        WrongUseError: It is none.
    """
    if text is None:
        return None
    address = text.strip().lower()
    name, _, domain = address.rpartition("@")
    if not name or not domain:
        raise WrongUseError(
            said(
                "“{text}” is no address: as jana@example.com, *@example.com",
                text=one_line(text),
            )
        )
    with suppress(UnicodeError):
        # As mails have it; a domain that cannot be is looked for as it is.
        domain = domain.encode("idna").decode()
    return f"{name}@{domain}"


def _typed(text: str) -> Iterator[str]:
    found = [search_words([part]) for part in text.split()]
    if not any(word.isalnum() for words in found for word in words):
        raise WrongUseError(
            said("“{text}” has no letter and no digit to look for", text=one_line(text))
        )
    for whole, *pieces in filter(None, found):
        if "@" in whole[1:]:
            yield whole
        else:
            yield from (one for one in (whole, *pieces) if one.isalnum())


def _words_of_address(address: str) -> Sequence[str]:
    """Keep an address as one word, unless it is longer than one; split a domain into its pieces."""
    if address.startswith(_ANYBODY):
        return [one for one in search_words([address]) if one.isalnum()]
    return search_words([address])[:1]


def conditions(search: Search, known: str | None = None) -> list[ColumnElement[bool]]:
    """Say what the journal's row of such a mail must be like; its subject's words are asked later.

    Args:
        search: What is looked for.
        known: A word that all mails asked have.
    """
    own = journal_table.c
    found = [_has(word) for word in search.all_words if word != known]
    if search.since:
        found.append(own.received_at >= search.since)
    if search.sender:
        found.append(_is(own.sender, search.sender))
    if search.recipient:
        there = recipient_table.c.mail_id == own.mail_id
        found.append(exists().where(there, _is(recipient_table.c.address, search.recipient)))
    if search.message_id:
        found.append(own.message_key == message_key(search.message_id))
    if search.mail_id:
        found.append(own.mail_id == search.mail_id)
    if search.box:
        found.append(own.box == search.box)
    return found


class IndexedWay(NamedTuple):
    """A query for ids that include every mail that fits, by an index.

    Attributes:
        word: The word that leads there, if one does.
    """

    mail_ids: MailIds
    word: str | None = None


def ways_in(search: Search) -> Iterator[IndexedWay]:
    """Yield every way to the mails that fit."""
    own, recipient = journal_table.c, recipient_table.c
    if search.mail_id:
        yield IndexedWay(select(own.mail_id).where(own.mail_id == search.mail_id))
    if search.message_id:
        key = message_key(search.message_id)
        yield IndexedWay(select(own.mail_id).where(own.message_key == key))
    if search.recipient and not search.recipient.startswith(_ANYBODY):
        yield IndexedWay(select(recipient.mail_id).where(recipient.address == search.recipient))
    for word in search.all_words:
        yield IndexedWay(with_word(word), word)


def with_word(word: str) -> MailIds:
    """Query the ids of mails that have a word with this beginning."""
    return select(word_table.c.mail_id).where(*_begins(word))


def _has(word: str) -> ColumnElement[bool]:
    return exists().where(word_table.c.mail_id == journal_table.c.mail_id, *_begins(word))


def _begins(word: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Ask for a range, not by LIKE: every database then uses its index."""
    column = word_table.c.word
    return column >= word, column < word[: LONGEST_WORD - 1] + _BEHIND_ALL


def _is(column: ColumnElement[str], address: str) -> ColumnElement[bool]:
    if address.startswith(_ANYBODY):
        return column.endswith(address.removeprefix("*"), autoescape=True)
    return column == address
