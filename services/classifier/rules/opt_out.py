"""Somebody wants no more mail (manual, chapter 13; behaviour B-1)."""

import re

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.outcome.marking import mark, named
from services.classifier.parse.bounce_marks import is_of_no_person
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.extract import without_prefixes
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.domain.folding import fold_line
from shared.domain.vocabulary import Vocabulary

_WORD = re.compile(r"[\w-]+")


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the subject is an opt-out phrase, from outside, by a sender who is not refuted."""
    phrase = _phrase(mail, facts)
    if phrase is None:
        return Miss(said("the subject does not ask for no more mail"))
    found = said("the subject says “{phrase}”", phrase=phrase)
    if mail.sender is None:
        return Miss(said("{reason}, but {why}", reason=found, why=mail.sender_problem))
    if facts.is_ours(mail.sender):
        return Miss(said("{found}, but {sender} is one of us", found=found, sender=mail.sender))
    if _is_of_no_person(mail, mail.sender):
        return Miss(said("{found}, but no person wrote the mail", found=found))
    if why := distrusted(mail, facts):
        return Miss(said("S-1: {found}, but {why}: nothing is marked", found=found, why=why))
    command = mark(mail, facts, "R-4", mail.sender, "do_not_send")
    reason = said("{found}: {done}", found=found, done=named(command))
    return Hit(reason, commands=(command,))


def _is_of_no_person(mail: Mail, sender: str) -> bool:
    """Recognise automatic replies, bulk mail and mail systems, which wish nothing (H-19, H-23)."""
    parsed = mail.parsed
    return parsed.auto_submitted or is_daemon(sender) or is_of_no_person(parsed.headers)


def _phrase(mail: Mail, facts: Facts) -> str | None:
    """Return the phrase that the subject is, with nothing but its object words behind it."""
    vocabulary = facts.context.vocabulary
    bare = without_prefixes(
        mail.parsed.subject, vocabulary.replies + vocabulary.forwards, vocabulary.tags
    )
    words = _WORD.findall(fold_line(bare))
    for phrase in sorted(vocabulary.opt_out, key=len, reverse=True):
        wanted = _WORD.findall(phrase)
        if facts.context.box.opt_out_contains:
            starts = range(len(words) - len(wanted) + 1)
            if any(words[start : start + len(wanted)] == wanted for start in starts):
                return phrase
        elif _is(words, wanted, vocabulary):
            return phrase
    return None


def _is(words: list[str], wanted: list[str], vocabulary: Vocabulary) -> bool:
    rest = words[len(wanted) :]
    return words[: len(wanted)] == wanted and vocabulary.opt_out_objects.issuperset(rest)
