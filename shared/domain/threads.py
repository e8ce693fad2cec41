"""Whose mail passes on what it is assigned to: threads (behaviours A-6 and S-6). Pure."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from shared.domain.addresses import domain_of


@dataclass(frozen=True, slots=True)
class Author:
    """Who a recorded mail is from.

    Attributes:
        sender: Its sender; None: NET Genium has sent it itself.
        believed: Nothing refutes that it is from there.
    """

    sender: str | None
    believed: bool = True


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a mail.

    Attributes:
        addresses: Its sender and its recipients.
        own_domains: The company's, whose lists send copies of other people's mail.
    """

    addresses: Container[str] = ()
    own_domains: Container[str] = ()


def counting(authors: Sequence[Author], participants: Participants) -> list[bool]:
    """Return which of several mails with one Message-ID pass their assignment on.

    Anybody can send a mail with the Message-ID of another one. So where they are of several
    authors, those count that take part in the answer; and copies of theirs by a list of an own
    domain, which writes itself into From.
    """
    if len(set(authors)) <= 1:
        return [True] * len(authors)
    taking_part = [_takes_part(one, participants) for one in authors]
    copied = any(taking_part)
    return [
        own or (copied and _is_copy(one, participants))
        for one, own in zip(authors, taking_part, strict=True)
    ]


def _takes_part(author: Author, participants: Participants) -> bool:
    return author.sender is None or (author.believed and author.sender in participants.addresses)


def _is_copy(author: Author, participants: Participants) -> bool:
    return author.believed and domain_of(author.sender or "") in participants.own_domains
