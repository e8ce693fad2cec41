"""Scores ordinary mails: subject, sender, recipients, attachments (kind `mail`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import Address
from tests.corpora.lines import Line, lines_of
from tests.corpora.score import Score, Tally


def scores(root: Path) -> Iterator[Score]:
    """Compare what the published expectations of the kind `mail` name."""
    tallies = {
        name: Tally() for name in ("subject", "from", "to", "cc", "attachment_count", "attachments")
    }
    for line in lines_of(root, "mail"):
        for name, wanted, found in _compared(root, line):
            tallies[name].add(f"{line.file}: {wanted}, found {found}", is_right=wanted == found)
    for name, tally in tallies.items():
        yield tally.score(f"mail {name}")


def _compared(root: Path, line: Line) -> Iterator[tuple[str, Any, Any]]:
    """Name, wanted and found of each property that is expected."""
    expected = line.expected
    mail = parse_mail((root / line.file).read_bytes(), "key")
    if isinstance(expected.get("subject"), str):
        yield "subject", " ".join(expected["subject"].split()), mail.subject
    for name, found in (("from", mail.senders), ("to", mail.to), ("cc", mail.cc)):
        if expected.get(name) is not None:
            yield name, _addresses(expected[name]), _emails(found)
    if "attachment_count" in expected:
        yield "attachment_count", expected["attachment_count"], len(mail.attachments)
    names = {
        one.get("filename") or one.get("name")
        for one in expected.get("attachments") or ()
        if isinstance(one, dict)
    } - {None}
    if names:
        yield "attachments", names, names & {one.name for one in mail.attachments}


def _emails(addresses: Iterable[Address]) -> list[str]:
    return sorted({address.email for address in addresses})


def _addresses(given: Any) -> list[str]:
    """Addresses as the various sources write them: texts, or objects with an address."""
    listed = given if isinstance(given, list) else [given]
    texts = (
        str(one.get("address") or one.get("email") or "") if isinstance(one, dict) else str(one)
        for one in listed
    )
    return sorted({text.rpartition("<")[2].strip("<> ").lower() for text in texts} - {""})
