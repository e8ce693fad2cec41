"""The actions `task` and `set_fields` (behaviours C-2, C-4). Pure."""

from services.classifier.chain import command_id
from services.classifier.custom.action_models import SetFieldsAction, TaskAction
from services.classifier.custom.expressions import expression
from services.classifier.custom.rule_set import task_number
from services.classifier.custom.step import ActionStep, Doing, note, noted
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.facts.words import is_of_user
from services.classifier.outcome.token_trust import companies_of
from services.classifier.reading.extract import without_prefixes
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateTask, UpdateTask
from shared.contracts.line import one_line
from shared.contracts.references import RecordRef, UserRef
from shared.contracts.rule_commands import CreateContact, PutTask
from shared.contracts.said import Said, said
from shared.contracts.verdict import Word, task_updated
from shared.domain.linking import link_incoming
from shared.domain.notes import Note

_LONGEST_VALUE = 20_000


def put_task(action: TaskAction, doing: Doing) -> ActionStep:
    """Make a task, or change the one that the mail means."""
    mail, facts = doing.mail, doing.facts
    if any(isinstance(one, CreateTask | UpdateTask | PutTask) for one in doing.all_commands):
        return noted(said("no task: a rule before has one of this mail"))
    task, notes = _named_task(action, mail, facts)
    solvers, missing = _solvers(action, facts)
    believed = not not_believed(mail, facts)
    linked = link_incoming(mail.sender if believed else None, facts.directory)
    command = PutTask(
        command_id=command_id(mail, "C-2", "task"),
        task=task,
        subject=_subject(mail, facts),
        same_contact=action.same_contact,
        contact=linked.contact,
        contact_of=_new_contact(doing) if linked.contact is None else None,
        sender=(mail.sender or "") if believed else "",
        values={**action.set.model_dump(exclude_none=True), **doing.pulled},
        solvers=solvers,
        contract=_contract(action, facts),
    )
    word = task_updated(task.id) if task else str(Word.NEW_TASK_CREATED)
    return ActionStep(
        commands=(command,),
        words=(word,),
        notes=(*notes, *missing, note(_told(command), done=True)),
        pulled={},
    )


def pull(action: SetFieldsAction, doing: Doing) -> ActionStep:
    """Take values for the task that follows out of the mail."""
    found, notes = dict(doing.pulled), []
    for one in action.pull:
        wanted = expression(one.find)
        caught = (wanted.captured(text) for text in doing.fields.texts(one.field))
        value = next(filter(None, caught), "").strip()[:_LONGEST_VALUE]
        if value:
            found[one.into] = value if one.into == "text" else one_line(value)
        else:
            reason = said("{field}: nothing found for {into}", field=one.field, into=one.into)
            notes.append(note(reason, done=False))
    return ActionStep(pulled=found, notes=tuple(notes))


def _named_task(
    action: TaskAction, mail: Mail, facts: Facts
) -> tuple[RecordRef | None, tuple[Note, ...]]:
    """Return the task that the mail names by its number, if the sender may change it."""
    number = task_number(action.find, mail)
    if number is None:
        return None, ()
    task = facts.directory.match("task", number).record
    if task is None:
        reason = said("no task has the number {number}", number=number)
    elif not _may_change(task, mail, facts):
        reason = said(
            "task {number} is passed over: it is not of the sender's company", number=number
        )
    else:
        return task, ()
    return None, (note(reason, done=False),)


def _may_change(task: RecordRef, mail: Mail, facts: Facts) -> bool:
    """Return whether the sender is a user or of the task's company: anybody may write a number."""
    if is_of_user(mail, facts):
        return True
    owners = facts.directory.owners_of("task", task)
    return not not_believed(mail, facts) and bool(owners & companies_of(mail, facts))


def _subject(mail: Mail, facts: Facts) -> str:
    vocabulary = facts.context.vocabulary
    prefixes = vocabulary.replies + vocabulary.forwards
    bare = without_prefixes(mail.parsed.subject, prefixes, vocabulary.tags).strip()
    return bare or mail.parsed.subject.strip()


def _new_contact(doing: Doing) -> str | None:
    made = (one.address for one in doing.commands if isinstance(one, CreateContact))
    return next(made, None)


def _solvers(action: TaskAction, facts: Facts) -> tuple[tuple[UserRef, ...], tuple[Note, ...]]:
    known = facts.directory.named.users
    missing = [one for one in action.solvers if one not in known]
    notes = tuple(
        note(said("{user} is no active user: no solver", user=one), done=False) for one in missing
    )
    found = {known[one].id: known[one] for one in action.solvers if one in known}
    return tuple(found.values()), notes


def _contract(action: TaskAction, facts: Facts) -> RecordRef | None:
    return facts.directory.match("contract", action.contract).record if action.contract else None


def _told(command: PutTask) -> Said:
    if command.task:
        return said("task {number} is changed", number=command.task.number)
    return said("a task: the open one with this subject, else a new one")
