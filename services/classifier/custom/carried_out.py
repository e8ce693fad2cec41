"""The rules of a rule file in their order, and what those do that hold (behaviours C-1, C-2).

Pure.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.custom.action_models import (
    Action,
    ActivityAction,
    AnswerAction,
    CreateContactAction,
    DeleteAction,
    ForwardAction,
    IgnoreAction,
    MarkSeenAction,
    MoveAction,
    SetFieldsAction,
    TaskAction,
)
from services.classifier.custom.activities import preset
from services.classifier.custom.contacts import create_contact
from services.classifier.custom.mail_fields import MailFields
from services.classifier.custom.mailbox import dispose
from services.classifier.custom.mails import answer, forward
from services.classifier.custom.matching import holds
from services.classifier.custom.rule_file import Rule
from services.classifier.custom.step import ActionStep, Doing
from services.classifier.custom.tasks import pull, put_task
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said, with_commas
from shared.contracts.verdict import Word


def carry_out(
    rules: Sequence[Rule], mail: Mail, facts: Facts, so_far: SoFar, *, early: bool
) -> Hit | Miss:
    """Do the actions of each rule that holds, until one stops."""
    fields = MailFields(mail, facts)
    doing = Doing(
        mail, facts, fields, so_far.commands, presets=so_far.presets, mailbox=so_far.mailbox
    )
    holding, last = [], None
    for rule in rules:
        if _looks_at(rule, mail) and holds(rule.when, fields):
            holding.append(rule.name)
            doing, last = _done(rule, doing), rule
            if rule.stop or doing.ignored:
                break
    if last is None:
        return Miss(said("no rule holds"))
    return _hit(doing, holding, alone=early and last.stop)


def _hit(doing: Doing, holding: Sequence[str], *, alone: bool) -> Hit:
    names = with_commas([said("“{name}”", name=name) for name in holding])
    return Hit(
        said("rules that hold: {names}", names=names),
        words=doing.words + ((str(Word.IGNORED),) if doing.ignored else ()),
        commands=doing.commands,
        stop=doing.ignored,
        notes=doing.notes,
        presets=doing.presets,
        mailbox=doing.mailbox,
        alone=alone,
    )


def _looks_at(rule: Rule, mail: Mail) -> bool:
    """Whether the mail is in a folder of the rule; INBOX is the same in any letter case."""
    if not rule.folders:
        return True
    folder = mail.folder or ""
    if folder.upper() == "INBOX":
        return any(one.upper() == "INBOX" for one in rule.folders)
    return folder in rule.folders


def _done(rule: Rule, doing: Doing) -> Doing:
    doing = replace(doing, rule=rule.name, pulled={})
    for action in rule.actions:
        doing = doing.after(_step(action, doing))
    return doing


def _step(action: Action, doing: Doing) -> ActionStep:
    match action:
        case CreateContactAction():
            return create_contact(action, doing)
        case TaskAction():
            return put_task(action, doing)
        case SetFieldsAction():
            return pull(action, doing)
        case ActivityAction():
            return preset(action, doing)
        case ForwardAction():
            return forward(action, doing)
        case AnswerAction():
            return answer(action, doing)
        case IgnoreAction():
            return ActionStep(ignored=True)
        case MarkSeenAction() | MoveAction() | DeleteAction():
            return dispose(action, doing)
        case _:
            assert_never(action)
