"""Builders: XML mail, and a box that takes it."""

from typing import Any

from pydantic import SecretStr

from services.classifier.chain import SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.contracts.references import UserRef
from shared.domain.directory import Named
from shared.settings.box import Box
from tests.builders import ACME, BOX, JAN, a_box, a_mail, decide, some_facts

SHOP = "eshop@firma.cz"
SECRET = "at least sixteen characters"
XML = "Content-Type: application/xml\n"


def xml_settings() -> dict[str, Any]:
    """Settings of a box that takes XML mail."""
    return {"xml_mail": True, "xml_secret": SecretStr(SECRET), "xml_sender": (SHOP,)}


def xml_box(**settings: Any) -> Box:
    """A box that takes XML mail."""
    return a_box(**(xml_settings() | settings))


def xml(records: str, *, name: str = "1", secret: str = SECRET, more: str = "") -> str:
    """A document with `records`; `more` are attributes."""
    head = f'<crm xmlns="urn:crmservice:xml-mail:1" id="{name}" secret="{secret}"{more}>'
    return f"{head}\n{records}\n</crm>\n"


def xml_mail(document: str | bytes, box: Box | None = None, **fields: Any) -> Mail:
    """A mail whose body is a document."""
    given = {"sender": SHOP, "to": BOX, "more": XML} | fields
    return a_mail(document, box or xml_box(), **given)


def xml_facts(box: Box | None = None, **changes: Any) -> Facts:
    """The small company, and those whom the page's examples name."""
    named = Named({JAN: UserRef(id=1, email=JAN)}, {"ACME s.r.o.": ACME})
    return some_facts(box or xml_box(), named=named, **changes)


def decide_xml(document: str, box: Box | None = None, **fields: Any) -> SoFar:
    """What becomes of a mail with a document."""
    return decide(xml_mail(document, box, **fields), xml_facts(box))
