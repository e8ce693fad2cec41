"""A mail that another mail with the same identification key came before (manual, chapter 15.1).

Only a first look that saves work: the writer decides it again in its transaction (R-e).
"""

from uuid import UUID

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import is_of_the_erp
from services.classifier.reading.mail import Mail
from services.classifier.reading.wildcard import field_pattern, matches
from shared.contracts.flags import DIFFERS
from shared.contracts.said import Said, said
from shared.contracts.verdict import Word
from shared.domain.copies import another_mail
from shared.domain.folding import fold_line


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when another mail has the key, or NET Genium itself has sent the mail.

    The chain goes on for a user who is only now named by the envelope: the mail's other copy made
    no activity for them. What else the rules give is dropped then (`late_users`).
    """
    if by := _sent_by_the_erp(mail, facts):
        reason = said("R-f: NET Genium has sent it itself: {by}", by=by)
        return Hit(reason, words=(Word.DUPLICATE_KEY,), stop=True)
    first = facts.processed
    if first is None or first.mail_id == mail.mail_id:
        return Miss(said("no other mail with the same date, sender, recipients and subject"))
    if not (mail.key_alone or mail.marks.are_of_a_copy_of(first.marks)):
        return Miss(another_mail(first.mail_id), flags=(DIFFERS,))
    reason = _told(mail, first.mail_id)
    if first.marks.body_sha256 != mail.parsed.body_sha256:
        reason = said("{reason}; its text differs", reason=reason)
    late = [u for u in facts.forwarding_users(mail) if u.ref.id not in first.responsible]
    if not late:
        return Hit(reason, words=(Word.DUPLICATE_KEY,), stop=True)
    names = ", ".join(user.ref.email for user in late)
    return Hit(
        said(
            "{reason}; forwarded from {names}, who may have no activity yet",
            reason=reason,
            names=names,
        ),
        words=(Word.DUPLICATE_KEY,),
    )


def _told(mail: Mail, first: UUID) -> Said:
    if mail.xml and mail.xml.key:
        return said("E-4: an XML mail with this id came before, as {mail_id}", mail_id=first)
    return said(
        "a mail with the same date, sender, recipients and subject was processed before, "
        "as {mail_id}",
        mail_id=first,
    )


def _sent_by_the_erp(mail: Mail, facts: Facts) -> Said | None:
    """Return why a mail is NET Genium's: an activity has its Message-ID, or a pattern fits."""
    message_id = mail.parsed.message_id
    if message_id in facts.earlier.erp_message_ids and mail.sender and facts.is_ours(mail.sender):
        return said("an activity has its Message-ID {message_id}", message_id=message_id)
    given = facts.context.box.erp_mail_pattern
    if not given or not is_of_the_erp(mail, facts):
        return None
    pattern = field_pattern(given)
    values = mail.field_values(pattern.name)
    fits = any(matches(pattern.pattern, fold_line(value)) for value in values)
    return said("it fits erpMailPattern {pattern}", pattern=given) if fits else None
