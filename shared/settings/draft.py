"""What one file says, key by key: known, not empty, readable values with their lines (I-1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from shared.contracts.said import said
from shared.settings.key import Key
from shared.settings.keys import KEY_BY_NAME, OTHER_NAMES
from shared.settings.near_miss import nearest, quoted
from shared.settings.report import Report
from shared.settings.values import NotAllowedError
from shared.settings.xml_file import XmlEntry, read_entries


@dataclass(slots=True, repr=False)
class Draft:
    """The values of one file, before they are known to make a box.

    Attributes:
        path: The file as it was given.
        report: Findings so far.
        values: By key; each with its line, in the order of the file.
        named: All keys that were given, however badly: those are not reported as missing.
        is_xml: Whether the file could be read at all.
    """

    path: Path
    report: Report
    values: dict[str, list[tuple[int, object]]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    is_xml: bool = True

    def value(self, name: str) -> object:
        """Return the value of a key that is given once; None where it is not given."""
        return self.values[name][0][1] if name in self.values else None

    def line(self, name: str) -> int | None:
        """Return the first line of a key; None where it is not given."""
        return self.values[name][0][0] if name in self.values else None


def read_draft(path: Path) -> Draft:
    """Read one file as far as it can be read; all that is wrong is in the draft's report."""
    draft = Draft(path, Report(str(path)))
    entries = read_entries(path, draft.report)
    if entries is None:
        draft.is_xml = False
        return draft
    _report_repeated(entries, draft.report)
    for entry in entries:
        _take(entry, draft)
    return draft


def _report_repeated(entries: Iterable[XmlEntry], report: Report) -> None:
    first: dict[str, int] = {}
    for entry in entries:
        key = KEY_BY_NAME.get(entry.key)
        if key is None or key.repeatable:
            continue
        if key.name in first:
            what = said(
                "{name} stands here and in line {first}, but may stand once",
                name=key.name,
                first=first[key.name],
            )
            report.problem(entry.line, what, said("Remove one of them."))
        first.setdefault(key.name, entry.line)


def _take(entry: XmlEntry, draft: Draft) -> None:
    known = KEY_BY_NAME.get(entry.key)
    if known is None:
        _report_unknown(entry, draft)
        return
    key = known.key
    if not (entry.value if key.secret else entry.value.strip()):
        remedy = said("Write a value, or remove the line.")
        draft.report.warning(
            entry.line, said("{name} is empty and counts as not given", name=key.name), remedy
        )
        return
    draft.named.add(key.name)
    try:
        value = key.parse(entry.value)
    except NotAllowedError as error:
        _report_value(key, entry, error, draft.report)
    else:
        draft.values.setdefault(key.name, []).append((entry.line, value))


def _report_unknown(entry: XmlEntry, draft: Draft) -> None:
    if entry.value in KEY_BY_NAME:
        # What stands in the place of the key may be a password, so it is not repeated.
        what = said('value="{value}" is the name of a key', value=entry.value)
        draft.report.problem(entry.line, what, said("Exchange key and value."))
        draft.named.add(entry.value)
        return
    meant = _expected_name(entry.key) or nearest(entry.key, KEY_BY_NAME)
    if meant is None:
        what = said("unknown key {key}, passed over", key=quoted(entry.key))
        draft.report.warning(entry.line, what, said("Remove the line if nothing else needs it."))
        return
    draft.named.add(meant)
    draft.report.problem(
        entry.line,
        said("unknown key {key}", key=quoted(entry.key)),
        said("Did you mean {meant}?", meant=meant),
    )


def _expected_name(written: str) -> str | None:
    word = written.strip().casefold()
    return next((ours for name, ours in OTHER_NAMES.items() if name.casefold() == word), None)


def _report_value(key: Key, entry: XmlEntry, error: NotAllowedError, report: Report) -> None:
    shown = said("the value") if key.secret or not error.quotable else quoted(entry.value)
    what = said("{name}: {value} is not allowed", name=key.name, value=shown)
    report.problem(entry.line, what, error.remedy)
