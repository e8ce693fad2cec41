"""Whose mail it is that one of us has forwarded (behaviours R-11, A-2). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.reading.mail import Mail
from shared.contracts.said import said
from shared.domain.linking import Linked, link_incoming
from shared.domain.notes import Note


def original_sender(mail: Mail, facts: Facts) -> str | None:
    """Return who wrote what is forwarded; None if that was one of us, or nobody is named.

    What passed from colleague to colleague is of the first outside them: what comes below him is
    in his words, so he could name anybody there.
    """
    return next((one for one in mail.forwards if not facts.is_ours(one)), None)


def original_notes(mail: Mail, facts: Facts) -> tuple[Note, ...]:
    """Return the line of the trace that names the original sender."""
    original = original_sender(mail, facts)
    if original is None:
        return ()
    reason = said("the mail that is forwarded came from {address}", address=original)
    return (Note("R-11", "original", True, reason),)


def attributed(linked: Linked, mail: Mail, facts: Facts) -> Linked:
    """Return the link of the original sender, where `attributeForwards` asks for it.

    Only a user who is believed may say whose mail it was, and only if the mail itself names nobody
    who is known.
    """
    asked = facts.context.box.attribute_forwards and linked.unknown
    original = original_sender(mail, facts) if asked else None
    if original is None or facts.sender_user(mail) is None or not_believed(mail, facts):
        return linked
    return link_incoming(original, facts.directory)
