"""When what a mail has made was made (behaviour H-10). Pure."""

from datetime import datetime, timedelta

from shared.contracts.content import MailContent
from shared.contracts.messages import MailClassified

_AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead."""


def date_of(mail: MailClassified, content: MailContent, now: datetime) -> datetime:
    """Return the date of the mail; where that is still far ahead, when it was received."""
    return mail.received_at if content.sent_at > now + _AHEAD else content.sent_at
