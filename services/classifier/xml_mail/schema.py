"""The published XML Schema of XML mail, made of the table of its fields (behaviour E-4). Pure."""

from collections.abc import Iterator, Mapping

from services.classifier.xml_mail.kinds import (
    ATTRIBUTES,
    KINDS,
    MAY_BE_EMPTY,
    NAMESPACE,
    RECORDS,
    ROOT,
    XmlField,
)


def xml_schema() -> str:
    """Return the schema as text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    yield f'    targetNamespace="{NAMESPACE}" elementFormDefault="qualified">'
    yield f'  <xs:element name="{ROOT}">'
    yield "    <xs:complexType>"
    yield f'      <xs:choice minOccurs="1" maxOccurs="{RECORDS}">'
    for kind, fields in KINDS.items():
        yield from _kind(kind, fields)
    yield "      </xs:choice>"
    for name in ("id", "secret"):
        yield f'      <xs:attribute name="{name}" use="required">'
        yield from _text(ATTRIBUTES[name], "        ", line=True)
        yield "      </xs:attribute>"
    yield '      <xs:attribute name="answer" type="xs:boolean"/>'
    yield "    </xs:complexType>"
    yield "  </xs:element>"
    yield "</xs:schema>"


def _kind(kind: str, fields: Mapping[str, XmlField]) -> Iterator[str]:
    yield f'        <xs:element name="{kind}">'
    yield "          <xs:complexType>"
    yield "            <xs:sequence>"
    for name, field in fields.items():
        least, most = int(field.needed), field.most
        yield f'              <xs:element name="{name}" minOccurs="{least}" maxOccurs="{most}">'
        yield from _text(
            field.length, " " * 16, line=not field.lines, least=int(name not in MAY_BE_EMPTY)
        )
        yield "              </xs:element>"
    yield "            </xs:sequence>"
    yield "          </xs:complexType>"
    yield "        </xs:element>"


def _text(length: int, indent: str, *, line: bool, least: int = 1) -> Iterator[str]:
    yield f"{indent}<xs:simpleType>"
    yield f'{indent}  <xs:restriction base="xs:{"token" if line else "string"}">'
    if least:
        yield f'{indent}    <xs:minLength value="{least}"/>'
    yield f'{indent}    <xs:maxLength value="{length}"/>'
    yield f"{indent}  </xs:restriction>"
    yield f"{indent}</xs:simpleType>"
