"""Does what was planned, one action after the other; one item's trouble stops no other."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from services.calsync.actions import (
    Action,
    Carry,
    Drop,
    EndLink,
    Hold,
    MakeActivity,
    MakeEvent,
    ReturnActivity,
    SaveLink,
)
from services.calsync.calendars.port import (
    ItemChangedError,
    ItemGoneError,
    ItemRefusedError,
    MailboxRefusedError,
)
from services.calsync.carry import carry
from services.calsync.ending import drop_activity, drop_event, settle
from services.calsync.events import decides_nothing
from services.calsync.making import make_activities, make_activity, make_event
from services.calsync.writing import Writing
from shared.batching import batched
from shared.errors import PermanentError, TransientError

_TOGETHER = 50
_TOGETHER_CHARACTERS = 1_000_000
"""New activities of one transaction: nobody waits long for it, and a round holds few texts."""


@dataclass(slots=True)
class Applying:
    """Does the actions of one user's round.

    Attributes:
        work: What the writes share.
        undecided: Something that has no link could not be done: the cursor must not move on.
        failures: What the database refuses for good, a sentence for each item.
    """

    work: Writing
    undecided: bool = False
    failures: list[str] = field(default_factory=list)

    def do_all(self, actions: Iterable[Action]) -> None:
        """Do the actions in their order, new activities a few dozen at a time.

        Raises:
            TransientError: The database or Graph is unreachable, or the mailbox asks to wait.
            MailboxRefusedError: The account is not found.
        """
        for are_new, group in groupby(actions, _is_newcomer):
            if are_new:
                self._make_all(one for one in group if isinstance(one, MakeActivity))
            else:
                for action in group:
                    self.do(action)

    def _make_all(self, actions: Iterable[MakeActivity]) -> None:
        for some in batched(actions, _weight, _TOGETHER, _TOGETHER_CHARACTERS):
            try:
                make_activities(self.work, some)
            except (ItemGoneError, PermanentError, TransientError):
                # One of them is the reason, or none: each by itself, as if they were alone.
                for action in some:
                    self.do(action)

    def do(self, action: Action) -> None:
        """Do one action; what this item alone prevents is tried in the next round.

        Raises:
            TransientError: The database or Graph is unreachable, or the mailbox asks to wait.
            MailboxRefusedError: The account is not found.
        """
        try:
            self._do(action)
        except (ItemChangedError, ItemGoneError, ItemRefusedError):
            self._postpone(action)
        except (TransientError, MailboxRefusedError) as error:
            self._postpone(action)
            if not decides_nothing(error):
                raise
        except PermanentError as error:
            # What one item makes the database refuse must not stop the others.
            self.failures.append(str(error))
            self._postpone(action)

    def _do(self, action: Action) -> None:
        match action:
            case Carry():
                carry(self.work, action)
            case MakeActivity():
                make_activity(self.work, action)
            case MakeEvent():
                make_event(self.work, action)
            case Drop(from_side="erp"):
                drop_activity(self.work, action)
            case Drop():
                drop_event(self.work, action)
            case Hold() | EndLink() | SaveLink() | ReturnActivity():
                settle(self.work, action)

    def _postpone(self, action: Action) -> None:
        """Ask for it in the next round: delta may not name it again."""
        if action.link is None:
            self.undecided = True
            return
        with self.work.transaction() as (_, ledger):
            link = ledger.link(action.link.item_id)
            if link is None or link.state in {"away", "ended", "deleted"}:
                self.undecided = True
            elif not link.look:
                ledger.save(replace(link, look=True))


def _is_newcomer(action: Action) -> bool:
    return isinstance(action, MakeActivity) and action.link is None


def _weight(action: MakeActivity) -> int:
    return len(action.event.content.text)
