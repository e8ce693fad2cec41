"""What effects and changes come from: the writer's rows name it, and undo asks for it. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Self
from uuid import UUID, uuid5

from shared.contracts.said import Said, said

CauseKind = Literal[
    "mail", "comment", "calendar_item", "operator", "notice", "dead_letter", "undelivered"
]

_KINDS: Mapping[CauseKind, Said] = {
    "mail": said("mail"),
    "comment": said("comment"),
    "calendar_item": said("calendar item"),
    "operator": said("operator"),
    "notice": said("notice"),
    "dead_letter": said("dead letter"),
    "undelivered": said("undelivered"),
}
_SPACE = UUID("6f5f6a3e-0a52-5b0e-9d0c-3c8f4f1f7b11")


class Cause(NamedTuple):
    """Something that makes or changes records.

    Attributes:
        kind: What it is: a mail, a comment in the ERP, an item of a calendar, a person at the
            command line, a notice that is due, a dead letter, or a mail of ours that was refused.
        id: Its name everywhere; no two causes share one, whatever their kinds.
    """

    kind: CauseKind
    id: UUID

    @classmethod
    def named(cls, kind: CauseKind, name: str) -> Self:
        """Return a cause whose name is no UUID, as a comment's number: the same id each time."""
        return cls(kind, uuid5(_SPACE, f"{kind}\0{name}"))

    def in_words(self) -> Said:
        """Return it for a person, as `mail 154c463d-…`."""
        return said("{kind} {id}", kind=_KINDS[self.kind], id=self.id)

    def __str__(self) -> str:
        """Return the same in English."""
        return self.in_words()
