"""The whole decision on a mail: the chain of the policy, and what a duplicate may still do."""

from services.classifier.chain import SoFar, ask
from services.classifier.facts import Facts
from services.classifier.late_users import keep_late_users
from services.classifier.mail import Mail
from services.classifier.policy import POLICY


def decide(mail: Mail, facts: Facts) -> SoFar:
    """Verdict, trace and commands of `mail`. Pure."""
    return keep_late_users(ask(POLICY, mail, facts), facts)
