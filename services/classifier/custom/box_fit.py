"""What a rule file asks of a box, and the box cannot do (behaviour C-2). Pure."""

from collections.abc import Iterator, Sequence

from services.classifier.custom.action_models import (
    Action,
    AnswerAction,
    DeleteAction,
    ForwardAction,
    MarkSeenAction,
    MoveAction,
)
from services.classifier.custom.reading import ReadRules, RuleProblem
from services.classifier.custom.toml_lines import line_at
from services.classifier.custom.unreached import unreached
from shared.contracts.said import Said, said
from shared.settings.box import Box
from shared.settings.near_miss import nearest, quoted

_DISPOSES = MarkSeenAction | MoveAction | DeleteAction


def problems_with(read: ReadRules, box: Box) -> tuple[RuleProblem, ...]:
    """Return what would do harm: mail to the box itself, or into a folder that it is read from."""
    return tuple(
        RuleProblem(line_at(("rule", index, "actions", number), read.lines), what, remedy)
        for index, rule in enumerate(read.rules)
        for number, action in enumerate(rule.actions)
        for what, remedy in _harmful(action, box)
    )


def _harmful(action: Action, box: Box) -> Iterator[tuple[Said, Said]]:
    match action:
        case ForwardAction() if box.email in action.to:
            what = said("forward goes to the box itself, {email}", email=box.email)
            yield what, said("Name somebody else.")
        case MoveAction() if box.imap_url and _named(action.folder) in map(
            _named, box.imap_folders
        ):
            folder = quoted(action.folder)
            what = said("move goes to {folder}, which is read itself", folder=folder)
            yield what, said("Take it out of imapFolders, or move elsewhere.")
        case _:
            pass


def _named(folder: str) -> str:
    return "INBOX" if folder.upper() == "INBOX" else folder


def odd_for(read: ReadRules, box: Box) -> tuple[RuleProblem, ...]:
    """Return what has no effect for mail of this box."""
    return (*unreached(read), *_unread_folders(read, box), *_idle_actions(read, box))


def _unread_folders(read: ReadRules, box: Box) -> Iterator[RuleProblem]:
    """Yield the folders that rules look at, and no mail comes from."""
    there = {_named(folder) for folder in box.imap_folders} if box.imap_url else set()
    for index, rule in enumerate(read.rules):
        for number, folder in enumerate(rule.folders):
            if _named(folder) not in there:
                line = line_at(("rule", index, "folders", number), read.lines)
                what = said("the box is not read from the folder {folder}", folder=quoted(folder))
                yield RuleProblem(line, what, _remedy_of(nearest(folder, there), box))


def _remedy_of(meant: str | None, box: Box) -> Said:
    if not box.imap_url:
        return said("Remove folders.")
    if meant:
        return said("Did you mean {meant}?", meant=quoted(meant))
    return said("Add it to imapFolders.")


def _idle_actions(read: ReadRules, box: Box) -> Iterator[RuleProblem]:
    for index, rule in enumerate(read.rules):
        for number, action in enumerate(rule.actions):
            line = line_at(("rule", index, "actions", number), read.lines)
            for what, remedy in _without_effect(action, box):
                yield RuleProblem(line, what, remedy)


def folders_of(read: ReadRules) -> Sequence[tuple[str, int | None]]:
    """Return every folder that the rules name, with its line."""
    found: list[tuple[str, int | None]] = []
    for index, rule in enumerate(read.rules):
        for number, folder in enumerate(rule.folders):
            found.append((folder, line_at(("rule", index, "folders", number), read.lines)))
        for number, action in enumerate(rule.actions):
            if isinstance(action, MoveAction):
                place = ("rule", index, "actions", number, "folder")
                found.append((action.folder, line_at(place, read.lines)))
    return found


def _without_effect(action: Action, box: Box) -> Iterator[tuple[Said, Said]]:
    if isinstance(action, ForwardAction | AnswerAction) and box.smtp_server is None:
        what = said("{action} waits in the outbox: the box has no smtpServer", action=action.do)
        yield what, said("Set smtpServer, or remove the action.")
    if not isinstance(action, _DISPOSES):
        return
    if box.pop3_url and not isinstance(action, DeleteAction):
        what = said("POP3 knows no {action}: the box's disposition counts", action=action.do)
        yield what, said("Read the box by imapUrl, or remove the action.")
    if box.eml_dir:
        what = said("files of emlDir are deleted whatever {action} says", action=action.do)
        yield what, said("Nothing has to be done.")
