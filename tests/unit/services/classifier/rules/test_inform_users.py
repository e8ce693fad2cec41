import pytest

from tests.builders import JAN, PETR, a_box, a_mail, decide, hits, some_facts
from tests.report_builders import a_complaint, a_recipient, a_report

COMPLAINT = a_complaint("Feedback-Type: abuse\nVersion: 1\n", subject="Task details").replace(
    b"fbl@provider.example", b"FBL"
)
ERP = "netgenium@firma.cz"
SENTENCE = "This is an automatically generated e-mail, please do not reply.\n"


@pytest.mark.parametrize(
    ("subject", "body", "word"),
    [
        ("Info about task 5", SENTENCE, "Inform other users…"),
        ("INFO  ABOUT task", SENTENCE.upper(), "Inform other users…"),
        ("Info o úkolu", "Toto je automaticky\ngenerovaný e-mail.", "Inform other users…"),
        ("Task details changed", SENTENCE, "Notify other users…"),
    ],
)
def test_a_notice_to_users_is_not_processed(subject: str, body: str, word: str) -> None:
    """R-9: notices stop with the manual's words, in English and Czech, across line ends."""
    assert decide(a_mail(body, subject=subject, sender=ERP)).words == (word, "DELETED")


def test_a_phrase_with_a_colon_is_found_in_the_body() -> None:
    """R-9: blanks around a colon do not matter in the automatic sentence either."""
    box = a_box(vocabulary={"automaticPhrase": ("Pozor: automat",)})
    mail = a_mail("POZOR : automat\n", subject="Info about x", sender=ERP, box=box)

    assert decide(mail, some_facts(box)).words == ("Inform other users…", "DELETED")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Info about task 5", "Hello\n"),
        ("Re: Info about task 5", SENTENCE),
        ("Delivery", SENTENCE),
        ("Info objednávka", SENTENCE),
        ("Info oprava", SENTENCE),
        ("Detailsheet", SENTENCE),
    ],
)
def test_one_of_the_two_marks_alone_is_not_enough(subject: str, body: str) -> None:
    """R-9: near miss - subject and sentence are both needed, the subject at its start."""
    assert "R-9" not in hits(decide(a_mail(body, subject=subject, sender=ERP)))


def test_the_phrases_can_be_extended() -> None:
    """R-9: `informPhrase` and `automaticPhrase` of the configuration count too."""
    box = a_box(vocabulary={"informPhrase": ("Zpráva",), "automaticPhrase": ("Generováno",)})
    mail = a_mail("generovano\n", subject="zprava 1", sender=ERP, box=box)

    assert decide(mail, some_facts(box)).words == ("Inform other users…", "DELETED")


def test_nobody_else_sends_the_erps_notices() -> None:
    """S-10: a customer's mail that looks like a notice goes on, unless it is an erpSender."""
    named = a_box(erp_sender=(PETR,))

    assert "R-9" not in hits(decide(a_mail(SENTENCE, subject="Task details")))
    mail = a_mail(SENTENCE, subject="Task details", box=named)
    assert "R-9" in hits(decide(mail, some_facts(named)))


@pytest.mark.parametrize("raw", [a_report(a_recipient(), sender="MAILER-DAEMON"), COMPLAINT])
def test_no_reason_speaks_of_a_sender_that_is_not_there(raw: bytes) -> None:
    """S-10: a report whose sender has no address is told of in words, whatever rules look at it."""
    raw = raw.replace(b"Undelivered Mail Returned to Sender", b"Task details")
    trace = decide(a_mail(raw)).trace

    assert "inform_users" in {line.rule for line in trace}
    assert [line.reason for line in trace if "None" in line.reason] == []


def test_a_notice_that_somebody_quotes_is_no_notice() -> None:
    """S-10: the sentence counts in the own text only."""
    quoted = f"What is this?\n\nOn Mon, Nov 2, 2026 at 9:00 AM ERP <{ERP}> wrote:\n> {SENTENCE}"

    assert "R-9" not in hits(decide(a_mail(quoted, subject="Details?", sender=JAN)))
