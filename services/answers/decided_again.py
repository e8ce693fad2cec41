"""A mail of the journal decided once more, by the data, settings and rules of now (O-9, C-3)."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from services.answers.cause_of_difference import Compared, compare
from services.answers.difference import Then
from services.classifier.chain import SoFar
from services.classifier.decide import decide, decide_archived
from services.classifier.facts.facts import Facts
from services.classifier.reading.extract import Arrival
from services.classifier.reading.mail import Mail
from services.fetcher.sources.imap.message_info import folder_of
from shared.contracts.origin import is_from_file


def arrival_again(mail_id: UUID, received_at: datetime, digest: str, source: str) -> Arrival:
    """Return how a mail came, by what the journal says of it."""
    from_file, folder = is_from_file(source), folder_of(source)
    return Arrival(mail_id, received_at, digest, from_file=from_file, folder=folder)


def decided_again(mail: Mail, facts: Facts, then: Then) -> tuple[SoFar, Compared]:
    """Decide, and say in what and why that is another decision than the recorded one."""
    old = any(line.get("rule") == "archive" for line in then.trace)
    choose = decide_archived if old else decide
    decided = choose(mail, facts)
    bare = replace(facts, context=replace(facts.context, rules=None))
    return decided, compare(decided, partial(choose, mail, bare), then, facts.context.rules)
