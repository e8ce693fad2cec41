"""A user asks for a task by the subject `New task: …` (manual, chapter 15.6; N-1, N-2)."""

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.outcome.filing import record_of_token
from services.classifier.reading.extract import after_colon
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CreateTask
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.folding import fold_line
from shared.domain.notes import Note
from shared.domain.vocabulary import first_prefix, tight


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject, without forward prefixes, starts with `New task:`."""
    subject = mail.unforwarded_subject
    phrase = first_prefix(tight(fold_line(subject)), facts.context.vocabulary.new_task)
    if phrase is None:
        return Miss(said("the subject does not ask for a new task"))
    approver = facts.sender_user(mail)
    if approver is None:
        return Hit(
            said(
                "the subject starts with “{phrase}”, but the sender is no user: no task",
                phrase=phrase,
            ),
            words=(Word.UNKNOWN_USER,),
        )
    if why := distrusted(mail, facts):
        return Hit(said("N-2: {why}: no task", why=why), words=(Word.UNKNOWN_USER,))
    solvers = facts.user_recipients(mail)
    task = CreateTask(
        command_id=command_id(mail, "R-10", ""),
        # With nothing behind the colon the whole subject: a task without one is found by nobody.
        subject=after_colon(subject) or subject.strip(),
        solvers=tuple(user.ref for user in solvers),
        approver=approver.ref,
        contract=record_of_token(mail, facts, "contract"),
    )
    without = said("no recipient is a user: a task without solver")
    nobody = Note("N-1", "solvers", False, without)
    return Hit(
        said(
            "the subject starts with “{phrase}” and the sender {sender} is a user",
            phrase=phrase,
            sender=approver.ref.email,
        ),
        words=(Word.NEW_TASK_CREATED,),
        commands=(task,),
        notes=() if solvers else (nobody,),
    )
