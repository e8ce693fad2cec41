"""Bounces by the manual's phrase pairs (chapter 13; behaviours B-3, B-4). Pure.

People quote such phrases and pass such mails on. So the pair always tells a bounce, but names
nobody in an answer, a forward, a quotation or a signature, and elsewhere only addresses that
stand as a list, each with its own reason.
"""

import re
from collections.abc import Iterator, Sequence

from services.classifier.parse.bounce_marks import marks_of
from services.classifier.parse.bounced_addresses import distinct
from services.classifier.parse.dialects import MOST_NAMED, explanation, listed_in
from services.classifier.parse.failure_reasons import judge_words, shortened
from services.classifier.parse.parsed_mail import FailedRecipient
from services.classifier.reading.mail import Bounce, Mail, field_values
from shared.contracts.said import said
from shared.domain.folding import fold_line
from shared.domain.vocabulary import BouncePhrase, Vocabulary, first_prefix, tight

_WRAPPED_LINES = 4
_NEAR_LINES = 30
_REASON_LINES = 6
_LINE_CHARACTERS = 1000
_SIGNATURE = re.compile(r"--[ \t]?\r?")
_USER_AGENTS = ("user-agent", "x-mailer", "thread-topic", "thread-index")


def bounce_by_phrase(mail: Mail, vocabulary: Vocabulary) -> Bounce | None:
    """Return the bounce that a phrase pair of `vocabulary` tells; None without one."""
    for phrase in vocabulary.bounces:
        if phrase.subject in mail.subject and all(part in mail.text for part in phrase.body):
            found_by = said("the subject “{phrase}” and the body's words", phrase=phrase.subject)
            if _is_of_a_person(mail, vocabulary):
                return Bounce(found_by, (), by_phrase=True)
            failures = tuple(_failures(mail, phrase))
            more = len(failures) >= MOST_NAMED
            return Bounce(found_by, failures, more, by_phrase=True)
    return None


def _is_of_a_person(mail: Mail, vocabulary: Vocabulary) -> bool:
    """Whether somebody answers, or passes a bounce on; mail systems say that they are ones."""
    if marks_of(mail.parsed.headers):
        return False
    if first_prefix(mail.subject, vocabulary.replies + vocabulary.forwards):
        return True
    return bool(mail.answers_to) and any(field_values(mail.parsed, one) for one in _USER_AGENTS)


def _failures(mail: Mail, phrase: BouncePhrase) -> Iterator[FailedRecipient]:
    lines = _near(list(_own_lines(mail.parsed.text)), phrase)
    listed = [(number, one) for number, line in enumerate(lines) for one in listed_in(line)]
    named = distinct((address for _, address in listed if address != mail.sender), MOST_NAMED)
    for address in named:
        number = next(number for number, one in listed if one == address)
        later = (place for place, _ in listed if place > number)
        end = min(next(later, len(lines)), number + _REASON_LINES)
        yield _failure(address, "\n".join(lines[number:end]))


def _own_lines(text: str) -> Iterator[str]:
    """Yield what comes before the original and the signature, without quoted lines."""
    for line in explanation(text).split("\n"):
        if _SIGNATURE.fullmatch(line):
            return
        if not line.lstrip().startswith((">", "|")):
            yield line[:_LINE_CHARACTERS]


def _near(lines: Sequence[str], phrase: BouncePhrase) -> Sequence[str]:
    """Return the lines from the first of the phrases on, which may be wrapped."""
    wanted = phrase.body[0] if phrase.body else ""
    folded = [tight(fold_line(line)) for line in lines]
    for number in range(len(lines)):
        # What only the next lines have is found from there.
        if wanted in " ".join(folded[number : number + _WRAPPED_LINES]):
            return lines[number : number + _NEAR_LINES]
    return ()


def _failure(address: str, said: str) -> FailedRecipient:
    verdict = judge_words(said, address)
    reason = shortened(said)
    return FailedRecipient(address, verdict.status, verdict.permanent, verdict.of_address, reason)
