"""What a duplicate may still do (behaviour R-c). Pure."""

from dataclasses import replace

from services.classifier.chain import SoFar
from services.classifier.facts.facts import Facts
from services.classifier.rules.duplicate import WORD
from shared.contracts.commands import CreateActivity


def keep_late_users(decided: SoFar, facts: Facts) -> SoFar:
    """Of a duplicate: activities of users whom only its envelope names and who have none yet."""
    if "duplicate" not in decided.hits:
        return decided
    done = facts.processed.responsible if facts.processed else frozenset()
    late = tuple(
        command
        for command in decided.commands
        if isinstance(command, CreateActivity)
        and command.by_envelope
        and command.responsible.id not in done
    )
    words = (WORD, "PROCESSED" if late else "DELETED")
    return replace(decided, words=words, commands=late)
