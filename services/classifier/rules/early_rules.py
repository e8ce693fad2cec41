"""Rules of the administrator that are asked before the manual's (behaviour C-1)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.custom.asked import ask_rules
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when a rule with `early = true` holds; with `stop` it takes the mail."""
    return ask_rules(mail, facts, so_far, early=True)
