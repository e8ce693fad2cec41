"""Bounds of what one mail may cause: whoever sends it, the ERP is not flooded. Pure.

What is beyond a bound is left out and said in the trace; the original is kept.
"""

from collections.abc import Container
from typing import NamedTuple

from services.classifier.reading.mail import Mail
from shared.domain.addresses import domain_of


class Bounds(NamedTuple):
    """How many users one mail may concern, and how many commands it may give."""

    users: int
    commands: int


OUTSIDE = Bounds(users=100, commands=500)
INSIDE = Bounds(users=1000, commands=2000)
"""For mail of own domains, unless its sender is refuted."""

OTHER_COMMANDS = 30
"""As many commands beside activities and invitations one mail gives at most: marks and a task."""


def bounds_for(mail: Mail, own_domains: Container[str]) -> Bounds:
    """Return the bounds of `mail`."""
    is_own = mail.sender is not None and domain_of(mail.sender) in own_domains
    doubted = mail.proof.state == "refuted" or mail.proof.rewritten
    return INSIDE if is_own and not doubted else OUTSIDE
