"""What a duplicate may still do (behaviour R-c). Pure."""

from dataclasses import replace

from services.classifier.chain import SoFar
from services.classifier.facts.facts import Facts
from shared.contracts.commands import CreateActivity
from shared.contracts.verdict import Word


def keep_late_users(decided: SoFar, facts: Facts) -> SoFar:
    """Keep of a duplicate the activities of users whom only its envelope names."""
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
    words = (Word.DUPLICATE_KEY, Word.PROCESSED if late else Word.DELETED)
    return replace(decided, words=words, commands=late, mailbox=None)
