"""Whether a mail asks for records by XML, and whether it may (behaviour E-4). Pure."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.classifier.xml_mail.document import XmlDocument, XmlProblem, read_document
from shared.contracts.said import said
from shared.settings.box import Box


@dataclass(frozen=True, slots=True)
class XmlRequest:
    """A mail of an `xmlSender` with XML.

    Attributes:
        document: What it asks for.
        genuine: It has the box's secret.
        key: Identification key of all mails of its sender with its id, so that one of them is
            carried out; None of what anybody may have written.
    """

    document: XmlDocument
    genuine: bool = False
    key: str | None = None


def xml_request(documents: Sequence[bytes], sender: str | None, box: Box) -> XmlRequest | None:
    """Return what the XML of a mail asks for; None where it is none, or the sender no `xmlSender`.

    Args:
        documents: Those of the mail.
        sender: Its one valid sender.
        box: Its box.
    """
    if not box.xml_mail or sender is None or sender not in box.xml_sender:
        return None
    found = [one for raw in documents if (one := read_document(raw))]
    if not found:
        return None
    document = found[0]
    if len(found) > 1:
        several = XmlProblem(None, said("the mail has more than one document"))
        document = XmlDocument(problems=(several,))
    secret = box.xml_secret.get_secret_value() if box.xml_secret else ""
    genuine = bool(secret) and hmac.compare_digest(document.secret.encode(), secret.encode())
    if not (genuine and document.id):
        return XmlRequest(document, genuine)
    named = f"{sender}\0{document.id}".encode()
    return XmlRequest(document, genuine, hmac.new(secret.encode(), named, sha256).hexdigest())
