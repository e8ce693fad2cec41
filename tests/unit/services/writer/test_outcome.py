"""What handlers decided about a mail goes to that mail, behind what the classifier has found."""

from services.writer.decisions.claim import settle
from services.writer.outcome import Outcome
from shared.contracts.content import TraceLine
from shared.contracts.said import said
from tests.writing import a_classified

RULE = TraceLine(id="R-6", rule="problem", hit=True, reason="foretold")


def test_what_was_decided_about_a_mail_changes_that_mail_alone() -> None:
    """R-e: the words become the decided ones, reasons follow in order; others stay as they are."""
    mail, other = a_classified("a", trace=(RULE,)), a_classified("b", trace=(RULE,))
    outcome = Outcome()
    outcome.reword(mail, ("DELETED",))
    outcome.say(mail, "P-2", "problem", said("first"))
    outcome.say(mail, "P-2", "problem", said("second"))

    decided, untouched = (outcome.of(one) for one in settle([mail, other], {}))

    assert decided.verdict == ("DELETED",)
    assert [line.reason for line in decided.trace] == ["foretold", "first", "second"]
    assert (untouched.verdict, untouched.trace) == (("PROCESSED",), (RULE,))
