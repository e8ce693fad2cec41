"""Mail that the administrator does not want as activities (manual, chapter 15.8)."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.contracts.verdict import Word
from shared.domain.folding import fold_line
from shared.domain.vocabulary import tight


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject contains a value of `ignoreSubject`, folded."""
    values = facts.context.box.ignore_subject
    for value in values:
        folded = tight(fold_line(value))
        if folded and folded in mail.subject:
            reason = said("the subject contains “{value}” (ignoreSubject)", value=value)
            return Hit(reason, (Word.IGNORED,), stop=True)
    return Miss(said("the subject contains no value of ignoreSubject"))
