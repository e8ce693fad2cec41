"""Mail without one valid sender, or from somebody to themselves (manual, chapter 15.3)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.verdict import Word


def check(mail: Mail, _facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is not one valid address, or is the sole recipient."""
    if so_far.hits & {"bounce", "complaint"}:
        return Miss("not asked: machines that report have odd senders")
    if mail.sender is None:
        return _spam(mail.sender_problem)
    if mail.recipients == (mail.sender,):
        return _spam(f"the only recipient is the sender, {mail.sender}")
    return Miss(f"{mail.sender} is a valid sender and not the only recipient")


def _spam(reason: str) -> Hit:
    return Hit(reason, words=(Word.SPAM,), stop=True)
