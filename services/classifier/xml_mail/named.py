"""What the records of an XML mail name in the ERP, to be looked up before the rules run (E-4).

Pure.
"""

from collections.abc import Iterator

from services.classifier.xml_mail.document import XmlDocument
from shared.domain.vocabulary import TokenKind


def user_names(document: XmlDocument) -> Iterator[str]:
    """Yield users whom the records name."""
    for record in document.records:
        yield from record.values.get("solver", ())


def company_names(document: XmlDocument) -> Iterator[str]:
    """Yield companies that the records name."""
    for record in document.records:
        yield from record.values.get("relationship", ())
        if record.kind == "relationship":
            yield from record.values.get("name", ())


def numbers_in(document: XmlDocument) -> Iterator[tuple[TokenKind, str]]:
    """Yield kind and number of what the records name."""
    for record in document.records:
        yield from (("task", one) for one in record.values.get("number", ()))
        yield from (("contract", one) for one in record.values.get("contract", ()))


def addresses_in(document: XmlDocument) -> Iterator[str]:
    """Yield addresses of people that the records name."""
    for record in document.records:
        yield from record.values.get("contact", ())
        if record.kind == "contact":
            yield from record.values.get("email", ())
