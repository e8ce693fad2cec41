"""Reads the XML of a mail: records, or every problem with its line (behaviour E-4). Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.classifier.parse.xml_parts import XML_BYTES
from services.classifier.xml_mail.kinds import (
    ATTRIBUTES,
    KINDS,
    MAY_BE_EMPTY,
    NAMESPACE,
    RECORDS,
    ROOT,
    XmlField,
)
from shared.contracts.said import Said, said
from shared.domain.addresses import comparable, is_valid_address
from shared.safe_xml import XmlElement, XmlError, read_xml
from shared.settings.near_miss import nearest, quoted

_EVERY_VERSION = NAMESPACE.rpartition(":")[0]
_ANSWER = {"true": True, "1": True, "false": False, "0": False}


class XmlProblem(NamedTuple):
    """What is wrong in a document, where; without any value of it."""

    line: int | None
    reason: Said

    def said(self) -> Said:
        """Say it for a person."""
        if self.line is None:
            return self.reason
        return said("line {line}: {reason}", line=self.line, reason=self.reason)


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """One record that a document asks for.

    Attributes:
        kind: One of `KINDS`.
        values: By name of the field, each at least once.
    """

    kind: str
    line: int
    values: Mapping[str, tuple[str, ...]]

    def first(self, name: str) -> str | None:
        """Return the value of a field; None where it is not given."""
        return next(iter(self.values.get(name, ())), None)


@dataclass(frozen=True, slots=True, repr=False)
class XmlDocument:
    """The XML of a mail; without `repr`, because it holds the secret.

    Attributes:
        id: What tells it apart from every other of its sender; empty without one.
        answer: It asks for an answer.
        problems: What is wrong with it; if anything is, nothing of it is done.
    """

    id: str = ""
    secret: str = ""
    answer: bool = False
    records: tuple[XmlRecord, ...] = ()
    problems: tuple[XmlProblem, ...] = ()


def read_document(raw: bytes) -> XmlDocument | None:
    """Read a document; None if it is in another language than that of XML mail."""
    if len(raw) > XML_BYTES:
        reason = said("the XML is longer than {most} bytes", most=XML_BYTES)
        return XmlDocument(problems=(XmlProblem(None, reason),))
    try:
        root = read_xml(raw, what=said("the XML"))
    except XmlError as error:
        return XmlDocument(problems=(XmlProblem(error.line, error.what),))
    if not root.namespace.startswith(_EVERY_VERSION):
        return None
    problems = list(_root_problems(root))
    if (root.name, root.namespace) != (ROOT, NAMESPACE):
        return XmlDocument(problems=tuple(problems))
    records = []
    for element in root.children[:RECORDS]:
        record, wrong = _record(element)
        problems += wrong
        records += [record] if record else []
    given = root.attributes
    return XmlDocument(
        id=given.get("id", "").strip(),
        secret=given.get("secret", ""),
        answer=_ANSWER.get(given.get("answer", "").strip(), False),
        records=tuple(records),
        problems=tuple(problems),
    )


def _root_problems(root: XmlElement) -> Iterator[XmlProblem]:
    if (root.name, root.namespace) != (ROOT, NAMESPACE):
        yield _unknown_element(root, [ROOT])
        return
    for name, most in ATTRIBUTES.items():
        value = root.attributes.get(name, "").strip()
        if len(value) > most:
            yield _at(root, said("{name} is longer than {most} characters", name=name, most=most))
        if not value and name != "answer":
            yield _at(root, said("{name} is missing", name=name))
    if root.attributes.get("answer", "false").strip() not in _ANSWER:
        yield _at(root, said("answer is neither true nor false"))
    # Attributes of the schema's own namespace, such as schemaLocation, are for editors.
    for name in root.attributes:
        if name not in ATTRIBUTES and not name.startswith("{"):
            yield _unknown(root, name, list(ATTRIBUTES))
    yield from _stray_text(root)
    if not root.children:
        yield _at(root, said("there is no record"))
    if len(root.children) > RECORDS:
        yield _at(root.children[RECORDS], said("more than {most} records", most=RECORDS))


def _record(element: XmlElement) -> tuple[XmlRecord | None, list[XmlProblem]]:
    fields = KINDS.get(element.name)
    if fields is None or element.namespace != NAMESPACE:
        return None, [_unknown_element(element, list(KINDS))]
    problems = [*_stray_text(element), *_attributes_of(element)]
    values: dict[str, list[str]] = defaultdict(list)
    for child in element.children:
        field = fields.get(child.name)
        if field is None or child.namespace != NAMESPACE:
            problems.append(_unknown_element(child, list(fields)))
            continue
        value = _value(child, field)
        problems += _value_problems(child, field, value)
        problems += _too_often(child, field, values[child.name])
        values[child.name].append(value)
    problems += [
        _at(element, said("{kind} without {name}", kind=element.name, name=name))
        for name, field in fields.items()
        if field.needed and name not in values
    ]
    kept = {name: tuple(given) for name, given in values.items()}
    return XmlRecord(element.name, element.line, kept), problems


def _value(element: XmlElement, field: XmlField) -> str:
    if field.lines:
        return element.text.strip("\r\n")
    value = " ".join(element.text.split())
    return comparable(value) if field.address else value


def _value_problems(element: XmlElement, field: XmlField, value: str) -> Iterator[XmlProblem]:
    yield from _attributes_of(element)
    name = element.name
    if element.children:
        yield _at(element.children[0], said("{name} has an element in it", name=name))
    if not value and name not in MAY_BE_EMPTY:
        yield _at(element, said("{name} is empty", name=name))
    elif len(value) > field.length:
        most = field.length
        yield _at(element, said("{name} is longer than {most} characters", name=name, most=most))
    elif field.address and not is_valid_address(value):
        yield _at(element, said("{name} is not a valid e-mail address", name=name))


def _too_often(
    element: XmlElement, field: XmlField, before: Sequence[str]
) -> tuple[XmlProblem, ...]:
    if len(before) != field.most:
        return ()
    name, most = element.name, field.most
    return (_at(element, said("{name} is given more than {most} times", name=name, most=most)),)


def _attributes_of(element: XmlElement) -> Iterator[XmlProblem]:
    if element.attributes:
        yield _at(element, said("{name} has an attribute; none is known", name=element.name))


def _stray_text(element: XmlElement) -> Iterator[XmlProblem]:
    if element.text.strip():
        yield _at(element, said("there is text between the elements of {name}", name=element.name))


def _unknown_element(element: XmlElement, known: Sequence[str]) -> XmlProblem:
    if element.namespace != NAMESPACE:
        name = quoted(element.name)
        return _at(element, said("{name} is not in the namespace {it}", name=name, it=NAMESPACE))
    return _unknown(element, element.name, known)


def _unknown(element: XmlElement, name: str, known: Sequence[str]) -> XmlProblem:
    meant = nearest(name, known)
    if meant:
        reason = said("{name} is unknown; did you mean {meant}?", name=quoted(name), meant=meant)
    else:
        all_known = ", ".join(known)
        reason = said("{name} is unknown; known are: {known}", name=quoted(name), known=all_known)
    return _at(element, reason)


def _at(element: XmlElement, reason: Said) -> XmlProblem:
    return XmlProblem(element.line, reason)
