"""Notices that NET Genium sends to users by itself (manual, chapter 15.5)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import is_of_the_erp
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.folding import fold_line
from shared.domain.vocabulary import contains_words, first_prefix, tight


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on subject `Info about…` or `…Details…` when the body has the automatic sentence.

    Only the company's own mail, or that of an `erpSender`, is such a notice (S-10).
    """
    vocabulary = facts.context.vocabulary
    if phrase := first_prefix(mail.subject, vocabulary.inform):
        found = said("the subject starts with “{phrase}”", phrase=phrase)
        word = Word.INFORM_OTHER_USERS
    elif phrase := next((p for p in vocabulary.details if contains_words(mail.subject, p)), None):
        found = said("the subject contains “{phrase}”", phrase=phrase)
        word = Word.NOTIFY_OTHER_USERS
    else:
        return Miss(said("the subject is not that of a notice to users"))
    if not is_of_the_erp(mail, facts):
        return Miss(
            said(
                "{found}, but S-10: {sender} is neither of an own domain nor an erpSender",
                found=found,
                sender=mail.sender or said("the sender"),
            )
        )
    own_text = tight(fold_line(mail.body.parts.own))
    sentence = next((s for s in vocabulary.automatic if s in own_text), None)
    if sentence is None:
        return Miss(
            said("{found}, but its own text has no sentence of automatic mail", found=found)
        )
    reason = said("{found} and the body says “{phrase}”", found=found, phrase=sentence)
    return Hit(reason, words=(word,), stop=True)
