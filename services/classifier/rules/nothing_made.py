"""Every mail without an activity ends with the word DELETED (manual, chapter 15.11)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word


def check(_mail: Mail, _facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when no rule made an activity; asked whatever rule stopped the chain."""
    if so_far.made_activity:
        return Miss(said("an activity was made"))
    return Hit(said("no activity was made"), words=(Word.DELETED,))
