"""The actions `forward` and `answer` (behaviour C-2). Pure.

Whoever they go to is in the rule file, or is the sender himself: never somebody whom a mail names.
"""

from services.classifier.chain import command_id
from services.classifier.custom.action_models import AnswerAction, ForwardAction
from services.classifier.custom.step import ActionStep, Doing, note, noted
from services.classifier.facts.answering import unanswered
from shared.contracts.commands import SendMail
from shared.contracts.rule_commands import PutTask
from shared.contracts.said import said


def forward(action: ForwardAction, doing: Doing) -> ActionStep:
    """Send the mail on, as it came, as an attachment; to each address once."""
    mail = doing.mail
    sent = [one for one in doing.commands if isinstance(one, SendMail)]
    done = {one.recipient for one in sent if not one.automatic}
    reason = f"rule {doing.rule}"
    commands = tuple(
        SendMail(
            command_id=command_id(mail, "C-2", f"forward {address}"),
            name=f"rule forward {address}",
            recipient=address,
            template="forward",
            values={
                "subject": mail.parsed.subject,
                "reason": reason,
                "mail_id": str(mail.mail_id),
                "sender": mail.sender or "",
            },
            attach_original=True,
        )
        for address in dict.fromkeys(action.to)
        if address not in done
    )
    told = said("forwarded to {addresses}", addresses=", ".join(action.to))
    return ActionStep(commands=commands, notes=(note(told, done=True),))


def answer(action: AnswerAction, doing: Doing) -> ActionStep:
    """Answer the sender once; never a program, a list, or somebody who is not believed."""
    mail = doing.mail
    if why := unanswered(mail, doing.facts):
        return noted(said("no answer: {why}", why=why))
    if any(isinstance(one, SendMail) and one.automatic for one in doing.commands):
        return noted(said("no answer: a rule before has answered"))
    task = next((one for one in doing.commands if isinstance(one, PutTask)), None)
    command = SendMail(
        command_id=command_id(mail, "C-2", "answer"),
        name="rule answer",
        recipient=mail.sender or "",
        template=action.template,
        values={"subject": mail.parsed.subject, "text": action.text},
        answers_to=(mail.parsed.message_id,) if mail.parsed.message_id else (),
        task_command=task.command_id if task else None,
        automatic=True,
    )
    told = said("answered to {address}", address=mail.sender)
    return ActionStep(commands=(command,), notes=(note(told, done=True),))
