"""What cannot be decided goes to people (behaviour E-3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.answering import is_of_program
from services.classifier.facts.facts import Facts
from services.classifier.outcome.conversation import came_back, find_task
from services.classifier.outcome.support import FORWARD, to_support
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CountSoftBounce, MarkForbidden
from shared.contracts.said import Said, said
from shared.domain.linking import link_incoming


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when a person has to decide, and `supportAddress` says who."""
    if facts.context.box.support_address is None:
        return Miss(said("there is no supportAddress"))
    why = _undecided(mail, facts, so_far)
    if why is None:
        return Miss(said("it is decided"))
    commands = to_support(mail, facts, FORWARD, why)
    if not commands:
        return Miss(said("{why}; but the support itself has sent it", why=why))
    return Hit(said("{why}: forwarded to the support", why=why), commands=commands)


def _undecided(mail: Mail, facts: Facts, so_far: SoFar) -> Said | None:
    """Return why; what a program has sent is nobody's to decide, or two would write for ever."""
    if task := came_back(mail, facts):
        return said("a mail of ours about task {number} came back", number=task.number)
    if is_of_program(mail):
        return None
    if not so_far.alone and (unknown := find_task(mail, facts).unknown):
        return said("no task has number {number}", number=unknown)
    if so_far.direction == "incoming":
        linked = link_incoming(mail.sender, facts.directory)
        if linked.ambiguous and not linked.linked:
            return linked.notes[-1].reason
    if _is_for_nobody(mail, facts, so_far):
        return said("neither its sender nor a recipient is a user")
    return None


def _is_for_nobody(mail: Mail, facts: Facts, so_far: SoFar) -> bool:
    marks = MarkForbidden | CountSoftBounce
    if any(not isinstance(one, marks) for one in so_far.commands):
        return False
    return facts.sender_user(mail) is None and not facts.is_for_users(mail)
