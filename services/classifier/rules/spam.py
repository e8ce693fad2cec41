"""Mail without one valid sender, or from somebody to themselves (manual, chapter 15.3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import Said, said
from shared.contracts.verdict import Word


def check(mail: Mail, _facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is not one valid address, or is the sole recipient."""
    if so_far.hits & {"bounce", "complaint"}:
        return Miss(said("not asked: machines that report have odd senders"))
    if mail.sender is None:
        return _spam(mail.sender_problem)
    if mail.recipients == (mail.sender,):
        return _spam(said("the only recipient is the sender, {sender}", sender=mail.sender))
    return Miss(said("{sender} is a valid sender and not the only recipient", sender=mail.sender))


def _spam(reason: Said) -> Hit:
    return Hit(reason, words=(Word.SPAM,), stop=True)
