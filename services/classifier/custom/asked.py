"""Asks the administrator's rules where a box has any (behaviours C-1, C-2).

Pure.
"""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said


def ask_rules(mail: Mail, facts: Facts, so_far: SoFar, *, early: bool) -> Hit | Miss:
    """Ask the early rules, or the others; each that holds does its actions."""
    rules = facts.context.rules
    asked = [one for one in rules.rules if one.early is early] if rules else []
    if not asked:
        return Miss(said("the box has no such rule"))
    if so_far.alone:
        return Miss(said("an early rule has taken the mail"))
    # Here, because most boxes have no rule file, and its models take longer than a mail.
    from services.classifier.custom.carried_out import carry_out  # noqa: PLC0415

    return carry_out(asked, mail, facts, so_far, early=early)
