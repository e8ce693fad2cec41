"""What must hold for any mail, whatever its bytes."""

import hashlib

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail
from shared.backup.parts import decode_part


def checked(raw: bytes) -> ParsedMail:
    """Parse `raw` and check what must hold for any mail."""
    mail = parse_mail(raw, "key")
    normalised = raw.replace(b"\r", b"\n") if b"\n" not in raw else raw
    for part in mail.attachments:
        assert 0 <= part.start <= part.end <= len(raw)
        decoded = decode_part(normalised[part.start : part.end], part)
        assert len(decoded) == part.size
        assert hashlib.sha256(decoded).hexdigest() == part.sha256
    assert len({part.name.lower() for part in mail.attachments}) == len(mail.attachments)
    for text in (mail.text, mail.subject):
        assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
        text.encode("utf-8")
    assert mail.size == len(raw)
    return mail
