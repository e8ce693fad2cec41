"""A mail whose XML asks for records (behaviour E-4).

Asked right after duplicates: what such a mail is, its XML says, and no phrase in its subject.
"""

from collections.abc import Sequence

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.reading.mail import Mail
from services.classifier.xml_mail.document import XmlDocument, XmlProblem
from services.classifier.xml_mail.plan import plan_of
from shared.contracts.commands import AnyCommand, SendMail
from shared.contracts.rule_commands import PutTask
from shared.contracts.said import Said, said, said_many
from shared.contracts.sentence import sentence_of
from shared.contracts.verdict import Word
from shared.domain.notes import Note

_MOST_TOLD = 20


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when an `xmlSender` has sent XML in our language: it is done as a whole, or refused."""
    asked = mail.xml
    if asked is None:
        return _not_asked(mail, facts)
    if why := distrusted(mail, facts):
        return _refused(why)
    if not (asked.genuine or asked.document.secret):
        # As where it cannot be read at all; whoever sent it gets no answer.
        return _refused(said("the XML shows no secret"), asked.document.problems)
    if not asked.genuine:
        return _refused(said("the XML does not have the secret of the box"))
    if asked.document.problems:
        return _with_problems(mail, asked.document, asked.document.problems)
    plan = plan_of(asked.document, mail, facts)
    if plan.problems:
        return _with_problems(mail, asked.document, plan.problems)
    return _done(mail, asked.document, plan.commands)


def _not_asked(mail: Mail, facts: Facts) -> Miss:
    if mail.parsed.xml_documents and facts.context.box.xml_mail:
        return Miss(said("the mail has XML for us, but its sender is no xmlSender"))
    return Miss(said("the mail has no XML for us"))


def _done(mail: Mail, document: XmlDocument, commands: Sequence[AnyCommand]) -> Hit:
    done = said_many(
        "the XML {id} asks for {n} record",
        "the XML {id} asks for {n} records",
        len(commands),
        id=document.id,
    )
    tasks = [one for one in commands if isinstance(one, PutTask)]
    about = tasks[0] if len(tasks) == 1 else None
    answer = _answer(mail, document, "done", [done], about)
    return Hit(done, (Word.XML_MAIL,), (*commands, *answer), stop=True, confidential=True)


def _with_problems(mail: Mail, document: XmlDocument, problems: Sequence[XmlProblem]) -> Hit:
    hit = _refused(said("the XML has problems, and nothing of it is done"), problems)
    told = [problem.said() for problem in problems[:_MOST_TOLD]]
    return Hit(
        hit.reason,
        hit.words,
        _answer(mail, document, "refused", told),
        stop=True,
        notes=hit.notes,
        confidential=True,
    )


def _refused(reason: Said, problems: Sequence[XmlProblem] = ()) -> Hit:
    notes = tuple(Note("E-4", "xml_mail", False, one.said()) for one in problems[:_MOST_TOLD])
    return Hit(reason, (Word.XML_REFUSED,), stop=True, notes=notes, confidential=True)


def _answer(
    mail: Mail,
    document: XmlDocument,
    outcome: str,
    told: Sequence[Said],
    about: PutTask | None = None,
) -> tuple[SendMail, ...]:
    """Answer the `xmlSender`, where the XML asks for it; never another answer (M-3)."""
    if not document.answer or mail.parsed.auto_submitted or mail.sender is None:
        return ()
    answer = SendMail(
        command_id=command_id(mail, "E-4", "answer"),
        name="xml answer",
        recipient=mail.sender,
        template="xml_answer",
        values={
            "id": document.id,
            "outcome": outcome,
            "told": "\n".join(told),
            "told_said": tuple(sentence_of(one).model_dump_json() for one in told),
        },
        answers_to=(mail.parsed.message_id,) if mail.parsed.message_id else (),
        task_command=about.command_id if about else None,
    )
    return (answer,)
