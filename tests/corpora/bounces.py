"""Scores bounces: recipients, of-address verdicts against published reasons, false positives.

Reasons are those of sisimai. `userunknown`, `hostunknown` and `hasmoved` are the address's fault.
Left out of the verdicts, since they say too little: `filtered` and `onhold` (refused, cause
unknown), `suspend` (an account that may come back), `undefined`, `delivered`, `notaccept`
(a domain that takes no mail: its address is as good as gone). All others are soft.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import Reports
from tests.corpora.lines import Line, lines_of
from tests.corpora.score import Score, Tally

_OF_ADDRESS = frozenset(("userunknown", "hostunknown", "hasmoved"))
_UNJUDGED = frozenset(("filtered", "onhold", "suspend", "undefined", "delivered", "notaccept", ""))


def scores(root: Path) -> Iterator[Score]:
    """Scores of the kinds `bounce` and `not_bounce` under `root`."""
    recipients: dict[str, Tally] = defaultdict(Tally)
    verdicts, false, complaints, originals = Tally(), Tally(), Tally(), Tally()
    for line in lines_of(root, "bounce"):
        reports = parse_mail((root / line.file).read_bytes(), "key").reports
        if not line.expected.get("uncertain"):
            _recipients(recipients[line.confidence], line, reports)
            _verdict(verdicts, line, reports)
            _original(originals, line, reports)
    for line in lines_of(root, "not_bounce"):
        reports = parse_mail((root / line.file).read_bytes(), "key").reports
        false.add(f"{line.file}: {reports.failures}", is_right=_is_no_bounce(line, reports))
        if line.expected.get("category") == "abuse-report":
            _complaint(complaints, line, reports)
    for confidence, tally in recipients.items():
        yield tally.score(f"bounced recipients ({confidence})")
    yield verdicts.score("fault of the address")
    yield originals.score("sender of the original")
    yield false.score("no bounce")
    yield complaints.score("complainants")


def _is_no_bounce(line: Line, reports: Reports) -> bool:
    """No failure, or only soft ones of whom other programs find there too."""
    known = {
        *line.expected.get("recipients_sisimai", ()),
        *line.expected.get("recipients_flufl", ()),
    }
    return all(failure.address in known and not failure.of_address for failure in reports.failures)


def _complaint(tally: Tally, line: Line, reports: Reports) -> None:
    """Reports of abuse only, and of these whoever is a real address: sisimai makes some up."""
    kinds = {fact.get("feedbacktype", "abuse") for fact in line.expected.get("facts", [])}
    wanted = {one for one in line.expected["recipients"] if not one.endswith(".invalid")}
    if kinds <= {"abuse"}:
        found = set(reports.complainants)
        tally.add(f"{line.file}: {sorted(wanted)}, found {sorted(found)}", is_right=found == wanted)


def _recipients(tally: Tally, line: Line, reports: Reports) -> None:
    wanted = {address.lower() for address in line.expected["recipients"]}
    found = {failure.address for failure in reports.failures}
    tally.add(f"{line.file}: {sorted(wanted)}, found {sorted(found)}", is_right=found == wanted)


def _verdict(tally: Tally, line: Line, reports: Reports) -> None:
    """Of mails with one reason and one failure, which alone are surely about the same thing."""
    reasons = line.expected.get("reasons") or [
        fact["reason"] for fact in line.expected.get("facts", [])
    ]
    if len(reasons) != 1 or len(reports.failures) != 1 or reasons[0] in _UNJUDGED:
        return
    failure = reports.failures[0]
    is_right = failure.of_address == (reasons[0] in _OF_ADDRESS)
    tally.add(
        f"{line.file}: {reasons[0]}, found {failure.of_address} {failure.status}: {failure.reason}",
        is_right=is_right,
    )


def _original(tally: Tally, line: Line, reports: Reports) -> None:
    wanted = line.expected.get("original_sender")
    if not wanted or not reports.failures:
        return
    found = reports.returned.sender
    tally.add(f"{line.file}: {wanted}, found {found}", is_right=found == wanted.lower())
