"""The XML of a box's file: from bytes to entries with their lines (manual, chapter 7; H-12).

Known limits: an `<add>` over several lines is reported at its last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.said import said
from shared.safe_xml import XmlElement, XmlError, read_xml
from shared.settings.near_miss import nearest, quoted
from shared.settings.reading import UnreadableError, read_small_file
from shared.settings.report import Report

_LIMIT_BYTES = 1024 * 1024
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
            root.line, said("there is no <appSettings>"), said("Write {example}.", example=_EXAMPLE)
        )
        return None
    for further in settings[1:]:
        report.problem(further.line, said("a second <appSettings>"), said("Keep all keys in one."))
    return tuple(_entries(settings, report))


def _parse(path: Path, report: Report) -> XmlElement | None:
    try:
        raw = read_small_file(path, _LIMIT_BYTES)
    except UnreadableError as error:
        report.problem(None, error.what, error.remedy)
        return None
    try:
        return read_xml(raw)
    except XmlError as error:
        report.problem(error.line, error.what, error.remedy)
        return None


def _entries(settings: list[XmlElement], report: Report) -> Iterator[XmlEntry]:
    for setting in settings:
        _check_plain(setting, report)
        for add in _children(setting, "add", report):
            entry = _entry(add, report)
            if entry is not None:
                yield entry


def _children(parent: XmlElement, name: str, report: Report) -> Iterator[XmlElement]:
    """Yield the children called `name`, and those that were meant to be: they are reported."""
    for child in parent.children:
        if _check_name(child, name, report):
            yield child


def _check_name(element: XmlElement, name: str, report: Report) -> bool:
    written = element.name
    if written == name:
        return True
    meant = nearest(written, [name])
    remedy = (
        said("Did you mean <{meant}>?", meant=meant)
        if meant
        else said("Only <{name}> stands here.", name=name)
    )
    report.problem(element.line, said("unknown element {written}", written=quoted(written)), remedy)
    return meant is not None


def _check_plain(element: XmlElement, report: Report) -> None:
    """Report attributes and text where only elements may stand."""
    name = element.name
    for attribute in element.attributes:
        _report_attribute(attribute, [], element, report)
    if element.text.strip():
        report.problem(
            element.line,
            said("text between the elements of <{name}>", name=name),
            said("Remove the text."),
        )


def _report_attribute(
    attribute: str, known: list[str], element: XmlElement, report: Report
) -> str | None:
    # A quote inside a password makes attributes of its pieces, so only a near miss is named.
    meant = nearest(attribute, known)
    name = element.name
    if meant:
        what = said("unknown attribute {attribute}", attribute=quoted(attribute))
        remedy = said("Did you mean {meant}?", meant=meant)
    else:
        what = said("<{name}> has an attribute that does not belong there", name=name)
        remedy = said(
            "An <add> has key and value, other elements have none; write a quote as &quot;."
        )
    report.problem(element.line, what, remedy)
    return meant


def _entry(add: XmlElement, report: Report) -> XmlEntry | None:
    given = _attributes(add, report)
    line = add.line
    if add.children or add.text.strip():
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


def _attributes(add: XmlElement, report: Report) -> dict[str, str]:
    """Return the attributes by the name they were meant to have."""
    given = dict(add.attributes)
    for name in [each for each in given if each not in {_KEY, _VALUE}]:
        missing = [each for each in (_KEY, _VALUE) if each not in given]
        meant = _report_attribute(name, missing, add, report)
        if meant:
            given[meant] = given[name]
    return given
