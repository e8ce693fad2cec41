"""The records and fields that an XML mail may name: the one table of reader and schema (E-4).

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NAMESPACE = "urn:crmservice:xml-mail:1"
ROOT = "crm"
RECORDS = 100
"""Records of one mail."""

_LINE, _NUMBER, _ADDRESS, _NOTE = 250, 50, 320, 20_000


@dataclass(frozen=True, slots=True)
class XmlField:
    """One field of a record.

    Attributes:
        length: Most characters.
        needed: The record needs it; then it is not empty.
        repeated: It may be given up to `most` times.
        lines: It may have several lines; others are one.
        address: It is an e-mail address.
    """

    length: int = _LINE
    needed: bool = False
    repeated: bool = False
    lines: bool = False
    address: bool = False

    @property
    def most(self) -> int:
        """How often it may be given."""
        return 20 if self.repeated else 1


KINDS: Mapping[str, Mapping[str, XmlField]] = MappingProxyType(
    {
        "relationship": {
            "name": XmlField(needed=True),
            "newName": XmlField(),
            "email": XmlField(_ADDRESS, repeated=True, address=True),
            "domain": XmlField(repeated=True),
        },
        "contact": {
            "email": XmlField(_ADDRESS, needed=True, address=True),
            "firstName": XmlField(),
            "lastName": XmlField(),
            "relationship": XmlField(),
        },
        "task": {
            "number": XmlField(_NUMBER),
            "subject": XmlField(),
            "text": XmlField(_NOTE, lines=True),
            "status": XmlField(),
            "priority": XmlField(_NUMBER),
            "contact": XmlField(_ADDRESS, address=True),
            "contract": XmlField(_NUMBER),
            "solver": XmlField(_ADDRESS, repeated=True),
        },
    }
)
"""Fields by the kind of record, in the order of the schema."""

KEYS: Mapping[str, str] = MappingProxyType(
    {"relationship": "name", "contact": "email", "task": "number"}
)
"""The field by which a record is known, by its kind."""

MAY_BE_EMPTY = frozenset({"text", "status", "priority", "firstName"})
"""Fields that an empty element empties."""

ATTRIBUTES: Mapping[str, int] = MappingProxyType({"id": 100, "secret": 200, "answer": 5})
"""Attributes of the root, with their most characters."""
