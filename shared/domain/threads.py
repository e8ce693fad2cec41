"""Whose mail passes on what it is assigned to: threads (behaviours A-6 and S-6). Pure."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from shared.domain.addresses import domain_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Who a recorded mail is from.

    Attributes:
        sender: Its sender; None: NET Genium has sent it itself.
        believed: Nothing refutes that it is from there.
    """

    sender: str | None
    believed: bool = True


@dataclass(frozen=True, slots=True)
class Correspondents:
    """Who takes part in a mail.

    Attributes:
        addresses: Its sender and its recipients.
        own_domains: The company's, whose lists send copies of other people's mail.
    """

    addresses: Container[str] = ()
    own_domains: Container[str] = ()


def counting(origins: Sequence[Origin], correspondents: Correspondents) -> list[bool]:
    """Return which of several mails with one Message-ID pass their assignment on.

    Anybody can send a mail with the Message-ID of another one. So where they are of several
    origins, those count that take part in the answer; and copies of theirs by a list of an own
    domain, which writes itself into From.
    """
    if len(set(origins)) <= 1:
        return [True] * len(origins)
    taking_part = [_takes_part(one, correspondents) for one in origins]
    copied = any(taking_part)
    return [
        own or (copied and _is_copy(one, correspondents))
        for one, own in zip(origins, taking_part, strict=True)
    ]


def _takes_part(origin: Origin, correspondents: Correspondents) -> bool:
    return origin.sender is None or (origin.believed and origin.sender in correspondents.addresses)


def _is_copy(origin: Origin, correspondents: Correspondents) -> bool:
    return origin.believed and domain_of(origin.sender or "") in correspondents.own_domains
