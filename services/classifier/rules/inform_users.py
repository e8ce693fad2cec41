"""Notices that NET Genium sends to users by itself (manual, chapter 15.5)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.verdict import Word
from shared.domain.vocabulary import contains_words, first_prefix


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on subject `Info about…` or `…Details…` when the body has the automatic sentence."""
    vocabulary = facts.context.vocabulary
    if phrase := first_prefix(mail.subject, vocabulary.inform):
        found, word = f"the subject starts with “{phrase}”", Word.INFORM_OTHER_USERS
    elif phrase := next((p for p in vocabulary.details if contains_words(mail.subject, p)), None):
        found, word = f"the subject contains “{phrase}”", Word.NOTIFY_OTHER_USERS
    else:
        return Miss("the subject is not that of a notice to users")
    sentence = next((s for s in vocabulary.automatic if s in mail.text), None)
    if sentence is None:
        return Miss(f"{found}, but the body has no sentence of automatic mail")
    return Hit(f"{found} and the body says “{sentence}”", words=(word,), stop=True)
