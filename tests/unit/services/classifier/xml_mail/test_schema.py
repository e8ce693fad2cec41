"""The published schema and what the reader takes; the page's examples."""

import re
from pathlib import Path

import pytest
from lxml import etree

from services.classifier.xml_mail.document import read_document
from services.classifier.xml_mail.schema import xml_schema
from tests.xml_mails import decide_xml, xml

PUBLISHED = Path("docs/xml-mail.xsd")
EXAMPLES = re.findall(
    r"```xml\n((?:<\?xml|<crm).*?)```", Path("docs/xml-mail.md").read_text("utf-8"), re.DOTALL
)
BAD = [
    "<tusk/>",
    "<task><subjekt>A</subjekt></task>",
    "<task><subject></subject></task>",
    "<task><subject>A</subject><subject>B</subject></task>",
    f"<task><subject>{'a' * 251}</subject></task>",
    "<contact><lastName>A</lastName></contact>",
    "<task>text</task>",
    '<task a="1"/>',
    "",
]
SCHEMA = etree.XMLSchema(etree.fromstring(xml_schema().encode()))


def _fits(document: str) -> bool:
    return SCHEMA.validate(etree.fromstring(document.encode()))


def test_the_published_schema_is_that_of_the_code() -> None:
    """E-4: write `xml_schema()` into docs/xml-mail.xsd after a change of the table."""
    assert PUBLISHED.read_text("utf-8") == xml_schema()


@pytest.mark.parametrize("records", BAD)
def test_what_the_schema_refuses_the_reader_refuses(records: str) -> None:
    """E-4: a program may trust the schema, and the reader trusts nobody."""
    read = read_document(xml(records).encode())

    assert not _fits(xml(records))
    assert read is not None
    assert read.problems


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_page_fits_and_is_carried_out(example: str) -> None:
    """E-4: each as it is printed there."""
    assert _fits(example)
    assert decide_xml(example).words == ("XML MAIL", "DELETED")


def test_the_page_has_examples() -> None:
    """E-4: the pattern above finds them."""
    assert len(EXAMPLES) == 3
