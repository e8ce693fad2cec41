"""Mail that this service has sent itself, as its error notices (behaviour R-0)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word


def check(mail: Mail, _facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on a loop header or a Message-ID that carries our signature."""
    if mail.is_our_own:
        reason = said("the mail carries our own signature")
        return Hit(reason, words=(Word.LOOP,), stop=True)
    return Miss(said("the mail does not carry our signature"))
