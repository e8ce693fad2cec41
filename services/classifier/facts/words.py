"""Whose words the tokens of a mail are (behaviour S-4). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.reading.mail import Mail
from shared.domain.own_words import NOTHING, Answers, Spoken, own_words
from shared.domain.vocabulary import first_prefix


def words_of(mail: Mail, facts: Facts) -> tuple[Spoken, ...]:
    """Return the mail's tokens, each with what of it are a user's own words; of nobody else."""
    if not is_of_user(mail, facts):
        return tuple(Spoken(token, NOTHING) for token in mail.tokens)
    before = facts.earlier.spoken
    thread = [one for message_id in mail.answers_to for one in before.get(message_id, ())]
    types = facts.directory.activity_types
    return own_words(mail.tokens, thread, _answers(mail, facts), types)


def with_spoken(facts: Facts, spoken: Mapping[str, Sequence[Spoken]]) -> Facts:
    """Return `facts` with the tokens of further mails, by Message-ID."""
    if not spoken:
        return facts
    known = facts.earlier.spoken
    both = {name: (*known.get(name, ()), *told) for name, told in spoken.items()}
    return replace(facts, earlier=replace(facts.earlier, spoken={**known, **both}))


def is_of_user(mail: Mail, facts: Facts) -> bool:
    """Return whether a user has sent the mail, as far as is known."""
    return facts.sender_user(mail) is not None and not not_believed(mail, facts)


def is_reply(mail: Mail, facts: Facts) -> bool:
    """Return whether the mail answers somebody, and passes nothing on to colleagues."""
    vocabulary = facts.context.vocabulary
    if first_prefix(mail.subject, vocabulary.replies):
        return True
    outside = any(not facts.is_ours(one) for one in mail.recipients)
    return bool(mail.answers_to) and outside and not _is_forward(mail, facts)


def _answers(mail: Mail, facts: Facts) -> Answers:
    """Return what the mail answers; the nearest counts, which was in front of the sender."""
    if mail.answers_to:
        return "recorded" if mail.answers_to[0] in facts.earlier.spoken else "unrecorded"
    prefixed = first_prefix(mail.subject, facts.context.vocabulary.replies)
    return "unrecorded" if prefixed or _is_forward(mail, facts) else "nothing"


def _is_forward(mail: Mail, facts: Facts) -> bool:
    return first_prefix(mail.subject, facts.context.vocabulary.forwards) is not None
