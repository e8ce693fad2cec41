"""The XML of a box's file: from bytes to entries with their lines (manual, chapter 7; H-12).

No DTD, no entities, no network. The parser's own messages are not passed on: they repeat pieces of
the file, and such a piece may be part of a password.

Known limits: an `<add>` over several lines is reported at its last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lxml import etree

from shared.contracts.said import said
from shared.settings.near_miss import nearest, quoted
from shared.settings.reading import UnreadableError, read_small_file
from shared.settings.report import Report

_LIMIT_BYTES = 1024 * 1024
_DOCTYPE = b"<!DOCTYPE"
_EXAMPLE = '<configuration><appSettings><add key="..." value="..."/></appSettings></configuration>'
_KEY, _VALUE = "key", "value"


@dataclass(frozen=True, slots=True, repr=False)
class XmlEntry:
    """One `<add key= value=/>`; without `repr`, because the value may be a password."""

    line: int
    key: str
    value: str


def read_entries(path: Path, report: Report) -> tuple[XmlEntry, ...] | None:
    """Read all entries of a file; None where it cannot be read as XML, and `report` says why."""
    root = _parse(path, report)
    if root is None:
        return None
    _check_name(root, "configuration", report)
    _check_plain(root, report)
    settings = list(_children(root, "appSettings", report))
    if not settings:
        report.problem(
            _line(root),
            said("there is no <appSettings>"),
            said("Write {example}.", example=_EXAMPLE),
        )
        return None
    for further in settings[1:]:
        report.problem(
            _line(further), said("a second <appSettings>"), said("Keep all keys in one.")
        )
    return tuple(_entries(settings, report))


def _parse(path: Path, report: Report) -> etree._Element | None:
    try:
        raw = read_small_file(path, _LIMIT_BYTES)
    except UnreadableError as error:
        report.problem(None, error.what, error.remedy)
        return None
    line = _line_of_doctype(raw)
    if line is not None:
        report.problem(
            line, said("the file contains a DOCTYPE"), said("Remove it; none is needed.")
        )
        return None
    return _parse_bytes(raw, report)


def _line_of_doctype(raw: bytes) -> int | None:
    # Without its zero bytes UTF-16 reads like ASCII, as far as this word goes.
    before, found, _ = raw.replace(b"\0", b"").partition(_DOCTYPE)
    return before.count(b"\n") + 1 if found else None


def _parse_bytes(raw: bytes, report: Report) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        _report_syntax(error, report)
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        report.problem(1, said("the file contains a DOCTYPE"), said("Remove it; none is needed."))
        return None
    return root


def _report_syntax(error: etree.XMLSyntaxError, report: Report) -> None:
    line, column = error.position
    if "ncod" in str(error.msg):
        report.problem(
            line,
            said("the file is not written in the encoding it declares"),
            said('Save it as UTF-8 and declare encoding="utf-8".'),
        )
        return
    report.problem(
        line or 1,
        said("the file is not well-formed XML at column {column}", column=column),
        said("Close every element and quote; write & as &amp;, < as &lt; and a quote as &quot;."),
    )


def _entries(settings: list[etree._Element], report: Report) -> Iterator[XmlEntry]:
    for setting in settings:
        _check_plain(setting, report)
        for add in _children(setting, "add", report):
            entry = _entry(add, report)
            if entry is not None:
                yield entry


def _children(parent: etree._Element, name: str, report: Report) -> Iterator[etree._Element]:
    """Yield the children called `name`, and those that were meant to be: they are reported."""
    for child in parent:
        if _check_name(child, name, report):
            yield child


def _check_name(element: etree._Element, name: str, report: Report) -> bool:
    written = etree.QName(element).localname
    if written == name:
        return True
    meant = nearest(written, [name])
    remedy = (
        said("Did you mean <{meant}>?", meant=meant)
        if meant
        else said("Only <{name}> stands here.", name=name)
    )
    report.problem(
        _line(element), said("unknown element {written}", written=quoted(written)), remedy
    )
    return meant is not None


def _check_plain(element: etree._Element, report: Report) -> None:
    """Report attributes and text where only elements may stand."""
    name = etree.QName(element).localname
    for attribute in element.attrib:
        _report_attribute(str(attribute), [], element, report)
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        report.problem(
            _line(element),
            said("text between the elements of <{name}>", name=name),
            said("Remove the text."),
        )


def _report_attribute(
    attribute: str, known: list[str], element: etree._Element, report: Report
) -> str | None:
    # A quote inside a password makes attributes of its pieces, so only a near miss is named.
    meant = nearest(attribute, known)
    name = etree.QName(element).localname
    if meant:
        what, remedy = (
            said("unknown attribute {attribute}", attribute=quoted(attribute)),
            said("Did you mean {meant}?", meant=meant),
        )
    else:
        what = said("<{name}> has an attribute that does not belong there", name=name)
        remedy = said(
            "An <add> has key and value, other elements have none; write a quote as &quot;."
        )
    report.problem(_line(element), what, remedy)
    return meant


def _entry(add: etree._Element, report: Report) -> XmlEntry | None:
    given = _attributes(add, report)
    line = _line(add)
    if len(add) or (add.text or "").strip():
        report.problem(line, said("<add> has content"), said('Write <add key="..." value="..."/>.'))
    key, value = given.get(_KEY), given.get(_VALUE)
    if key is None or not key.strip():
        report.problem(line, said("<add> without a key"), said("Name the key, or remove the line."))
        return None
    if value is None:
        report.problem(
            line, said("<add> of {key} without a value", key=quoted(key)), said("Add value=.")
        )
        return None
    return XmlEntry(line, key, value)


def _attributes(add: etree._Element, report: Report) -> dict[str, str]:
    """Return the attributes by the name they were meant to have."""
    given = {str(name): str(value) for name, value in add.attrib.items()}
    for name in [each for each in given if each not in {_KEY, _VALUE}]:
        missing = [each for each in (_KEY, _VALUE) if each not in given]
        meant = _report_attribute(name, missing, add, report)
        if meant:
            given[meant] = given[name]
    return given


def _line(element: etree._Element) -> int:
    # The stubs of lxml know no type for it.
    return cast("int", element.sourceline)
