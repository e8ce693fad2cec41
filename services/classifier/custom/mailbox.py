"""The actions `mark_seen`, `move` and `delete`: what becomes of the mail in its box (C-2). Pure."""

from services.classifier.custom.action_models import DeleteAction, MarkSeenAction, MoveAction
from services.classifier.custom.step import ActionStep, Doing, note, noted
from shared.contracts.mailbox_actions import MailboxActions
from shared.contracts.said import said


def dispose(action: MarkSeenAction | MoveAction | DeleteAction, doing: Doing) -> ActionStep:
    """Say what the fetcher does once the mail is recorded; the first place that is named counts."""
    before = doing.mailbox or MailboxActions()
    if isinstance(action, MarkSeenAction):
        return ActionStep(mailbox=before.model_copy(update={"seen": True}))
    if before.then != "stay":
        return noted(said("not moved again: a rule before says where the mail goes"))
    if isinstance(action, DeleteAction):
        told = said("deleted in its box once it is recorded")
        return ActionStep(
            mailbox=before.model_copy(update={"then": "delete"}), notes=(note(told, done=True),)
        )
    told = said("moved to {folder} once it is recorded", folder=action.folder)
    moved = before.model_copy(update={"then": "move", "folder": action.folder})
    return ActionStep(mailbox=moved, notes=(note(told, done=True),))
