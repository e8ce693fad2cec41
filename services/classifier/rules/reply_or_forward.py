"""Replies and forwarded mail: processed like any other (manual, chapter 15.7)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.forwards import original_notes
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.domain.vocabulary import first_prefix


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject starts with a reply or forward prefix; only noted."""
    vocabulary = facts.context.vocabulary
    if prefix := first_prefix(mail.subject, vocabulary.replies):
        return Hit(said("a reply: the subject starts with “{prefix}”", prefix=prefix))
    if prefix := first_prefix(mail.subject, vocabulary.forwards):
        reason = said("forwarded: the subject starts with “{prefix}”", prefix=prefix)
        return Hit(reason, notes=original_notes(mail, facts))
    return Miss(said("the subject has no reply or forward prefix"))
