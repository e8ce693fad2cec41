"""A mail that another mail with the same identification key came before (manual, chapter 15.1).

Only a first look that saves work: the writer decides it again in its transaction (R-e).
"""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts import Facts
from services.classifier.mail import Mail


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the key belongs to another mail; the same mail again is a redelivery (R-a)."""
    first = facts.processed
    if first is None or first.mail_id == mail.mail_id:
        return Miss("no other mail with the same date, sender, recipients and subject")
    differs = "" if first.body_sha256 == mail.parsed.body_sha256 else "; its text differs"
    return Hit(
        "a mail with the same date, sender, recipients and subject was processed before, "
        f"as {first.mail_id}{differs}",
        words=("DUPLICATE KEY",),
        stop=True,
    )
