"""Rules of the administrator (behaviour R-13)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.custom.asked import ask_rules
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail


def check(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
    """Hit when a rule of the box's rule file holds."""
    return ask_rules(mail, facts, so_far, early=False)
