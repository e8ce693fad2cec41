"""What must hold between the keys of conversations, and between addresses of people and boxes.

A mail that we send to a box would come back to us.
"""

from collections.abc import Sequence

from shared.contracts.said import said
from shared.settings.draft import Draft
from shared.settings.near_miss import quoted

_NEED_CONVERSATIONS = ("supportAddress", "ticketBox")
_NEED_TICKETS = ("ticketContract", "ticketSolver", "ticketAnswer")
_OF_PEOPLE = ("supportAddress", "errorTo")


def check_conversations(draft: Draft) -> None:
    """Report keys that would do nothing without another one (E-1, E-3, E-7)."""
    _check_needed(draft, _NEED_CONVERSATIONS, "conversations")
    _check_needed(draft, _NEED_TICKETS, "ticketBox")


def check_loops(drafts: Sequence[Draft]) -> None:
    """Report an address of people that is one of a box (E-3, I-9)."""
    boxes = {draft.value("pop3Email"): draft for draft in reversed(drafts)}
    for draft in drafts:
        for name in _OF_PEOPLE:
            given = draft.value(name)
            if given is not None and given in boxes:
                box = boxes[given]
                what = said(
                    "{name} {address} is the box of {place}",
                    name=name,
                    address=quoted(str(given)),
                    place=box.report.place(None),
                )
                remedy = said("Name the address of people: what goes to a box comes back to us.")
                draft.report.problem(draft.line(name), what, remedy)


def _check_needed(draft: Draft, names: Sequence[str], needed: str) -> None:
    for name in names:
        given = draft.value(name)
        if given not in {None, False} and draft.value(needed) is not True:
            what = said("{name} without {needed}", name=name, needed=needed)
            remedy = said('Add {needed} with the value "true", or remove this line.', needed=needed)
            draft.report.problem(draft.line(name), what, remedy)
