"""Notices that NET Genium sends to users by itself (manual, chapter 15.5)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.vocabulary import first_prefix


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on subject `Info about…` or `…Details…` when the body has the automatic sentence."""
    vocabulary = facts.context.vocabulary
    if phrase := first_prefix(mail.subject, vocabulary.inform):
        found = said("the subject starts with “{phrase}”", phrase=phrase)
        word = Word.INFORM_OTHER_USERS
    elif phrase := next((p for p in vocabulary.details if p in mail.subject), None):
        found = said("the subject contains “{phrase}”", phrase=phrase)
        word = Word.NOTIFY_OTHER_USERS
    else:
        return Miss(said("the subject is not that of a notice to users"))
    sentence = next((s for s in vocabulary.automatic if s in mail.text), None)
    if sentence is None:
        return Miss(said("{found}, but the body has no sentence of automatic mail", found=found))
    reason = said("{found} and the body says “{phrase}”", found=found, phrase=sentence)
    return Hit(reason, words=(word,), stop=True)
