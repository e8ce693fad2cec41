"""What a rule file asks of a box, and the box cannot do (behaviour C-2). Pure."""

from collections.abc import Iterator, Sequence

from services.classifier.custom.action_models import (
    Action,
    DeleteAction,
    ForwardAction,
    MarkSeenAction,
    MoveAction,
)
from services.classifier.custom.reading import ReadRules, RuleProblem
from services.classifier.custom.toml_lines import line_at
from shared.settings.box import Box
from shared.settings.near_miss import quoted

_DISPOSES = MarkSeenAction | MoveAction | DeleteAction


def problems_with(read: ReadRules, box: Box) -> tuple[RuleProblem, ...]:
    """Return what would do harm: mail to the box itself, or into a folder that it is read from."""
    return tuple(
        RuleProblem(line_at(("rule", index, "actions", number), read.lines), what, remedy)
        for index, rule in enumerate(read.rules)
        for number, action in enumerate(rule.actions)
        for what, remedy in _harmful(action, box)
    )


def _harmful(action: Action, box: Box) -> Iterator[tuple[str, str]]:
    match action:
        case ForwardAction() if box.email in action.to:
            yield f"forward goes to the box itself, {box.email}", "Name somebody else."
        case MoveAction() if box.imap_url and _named(action.folder) in map(
            _named, box.imap_folders
        ):
            what = f"move goes to {quoted(action.folder)}, which is read itself"
            yield what, "Take it out of imapFolders, or move elsewhere."
        case _:
            pass


def _named(folder: str) -> str:
    return "INBOX" if folder.upper() == "INBOX" else folder


def odd_for(read: ReadRules, box: Box) -> tuple[RuleProblem, ...]:
    """Return what has no effect for mail of this box."""
    return tuple(
        RuleProblem(line_at(("rule", index, "actions", number), read.lines), what, remedy)
        for index, rule in enumerate(read.rules)
        for number, action in enumerate(rule.actions)
        if isinstance(action, _DISPOSES)
        for what, remedy in _without_effect(action, box)
    )


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


def _without_effect(action: _DISPOSES, box: Box) -> Iterator[tuple[str, str]]:
    if box.pop3_url and not isinstance(action, DeleteAction):
        what = f"POP3 knows no {action.do}: the box's disposition counts"
        yield what, "Read the box by imapUrl, or remove the action."
    if box.eml_dir:
        yield f"files of emlDir are deleted whatever {action.do} says", "Nothing has to be done."
