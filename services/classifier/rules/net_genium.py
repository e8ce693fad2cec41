"""Mail of the ERP's vendor about licences and errors (manual, chapter 15.4)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word

SENDERS = ("license@netgenium.com", "error@netgenium.com")


def check(mail: Mail, _facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is one of the vendor's two addresses."""
    if mail.sender in SENDERS:
        reason = said("the sender is {sender}", sender=mail.sender)
        return Hit(reason, words=(Word.NET_GENIUM,), stop=True)
    one, other = SENDERS
    return Miss(said("the sender is neither {one} nor {other}", one=one, other=other))
