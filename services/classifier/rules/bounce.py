"""Mail that came back (manual, chapter 13; behaviours B-2 to B-4, S-7)."""

from collections.abc import Iterator

from services.classifier.chain import Hit, Miss, SoFar, command_id
from services.classifier.facts.facts import Facts
from services.classifier.outcome.bounces import Judged, bounced_on, judge
from services.classifier.outcome.marking import mark
from services.classifier.outcome.reporting import report_note, report_of
from services.classifier.reading.mail import Mail
from shared.contracts.commands import AnyCommand, CountSoftBounce
from shared.contracts.said import said
from shared.domain.notes import Note


def check(mail: Mail, facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit on a delivery report, a mail server's own words, or a phrase pair of the manual."""
    if mail.bounce is None:
        return Miss(said("the mail does not say that mail came back"))
    judged = judge(mail, facts)
    notes = tuple(note for one in judged for note in _notes(one, mail, facts))
    if not judged:
        notes = (Note("B-2", "bounce", False, said("no address is named: nothing to mark")),)
    commands = tuple(_command(one, mail, facts) for one in judged if one.marks or one.soft)
    reason = said("recognised by {what}", what=mail.bounce.found_by)
    return Hit(reason, commands=commands, notes=notes)


def _notes(one: Judged, mail: Mail, facts: Facts) -> Iterator[Note]:
    address = one.failure.address
    why = said("{address}: {why}", address=address, why=one.why)
    yield Note("B-3", "bounce", one.marks, why)
    if one.marks or one.soft:
        yield report_note(mail, facts, address)


def _command(one: Judged, mail: Mail, facts: Facts) -> AnyCommand:
    address = one.failure.address
    report = report_of(mail, facts, "R-2", address)
    if not one.soft:
        return mark(mail, facts, "R-2", address, "broken", report)
    contacts, relationships = facts.directory.holders(address)
    return CountSoftBounce(
        command_id=command_id(mail, "R-2", address),
        address=address,
        bounced_on=bounced_on(mail, facts),
        contacts=contacts,
        relationships=relationships,
        marks=one.marks,
        report=report,
    )
