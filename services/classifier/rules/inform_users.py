"""Notices that NET Genium sends to users by itself (manual, chapter 15.5)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import is_of_the_erp
from services.classifier.parse.quotes import split_quotes
from services.classifier.reading.mail import Mail
from shared.contracts.verdict import Word
from shared.domain.folding import fold_line
from shared.domain.vocabulary import contains_words, first_prefix, tight


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on subject `Info about…` or `…Details…` when the body has the automatic sentence.

    Only the company's own mail, or that of an `erpSender`, is such a notice (S-10).
    """
    vocabulary = facts.context.vocabulary
    if phrase := first_prefix(mail.subject, vocabulary.inform):
        found, word = f"the subject starts with “{phrase}”", Word.INFORM_OTHER_USERS
    elif phrase := next((p for p in vocabulary.details if contains_words(mail.subject, p)), None):
        found, word = f"the subject contains “{phrase}”", Word.NOTIFY_OTHER_USERS
    else:
        return Miss("the subject is not that of a notice to users")
    if not is_of_the_erp(mail, facts):
        return Miss(
            f"{found}, but S-10: {mail.sender} is neither of an own domain nor an erpSender"
        )
    own_text = tight(fold_line(split_quotes(mail.parsed.text).own))
    sentence = next((s for s in vocabulary.automatic if s in own_text), None)
    if sentence is None:
        return Miss(f"{found}, but its own text has no sentence of automatic mail")
    return Hit(f"{found} and the body says “{sentence}”", words=(word,), stop=True)
