"""What the administrator's rules want done with a mail in its box (behaviour C-2)."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from shared.contracts.base import Contract
from shared.contracts.line import Line


class MailboxActions(Contract):
    """It replaces the box's `disposition` for this mail.

    Attributes:
        seen: It is marked as seen.
        then: What becomes of it besides; `stay`: it stays in its folder.
        folder: Where it is moved to.
    """

    seen: bool = False
    then: Literal["stay", "move", "delete"] = "stay"
    folder: Line = ""


def noted_actions(text: str | None) -> MailboxActions | None:
    """Return what was noted as JSON; None: nothing was wanted."""
    return None if text is None else MailboxActions.read_json(text)


Told = Mapping[UUID, MailboxActions | None]
"""Mails that are recorded, and what is wanted done with them."""
