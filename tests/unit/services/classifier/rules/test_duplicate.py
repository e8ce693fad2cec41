from uuid import UUID

from shared.domain.earlier import Processed
from tests.builders import MAIL_ID, a_mail, decide, hits, reasons, some_facts

OTHER = UUID("00000000-0000-5000-8000-00000000000f")


def test_a_key_of_another_mail_stops_as_duplicate() -> None:
    """R-1: a mail whose key another mail has claimed is DUPLICATE KEY, and nothing is made."""
    mail = a_mail()
    facts = some_facts(processed=Processed(OTHER, "x", mail.parsed.body_sha256))

    decided = decide(mail, facts)

    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert decided.commands == ()
    assert hits(decided) == ["R-1", "R-17"]
    assert str(OTHER) in reasons(decided, "R-1")[0]


def test_the_same_mail_again_is_no_duplicate() -> None:
    """R-1: the same mail id again is a redelivery, not a duplicate."""
    facts = some_facts(processed=Processed(MAIL_ID, "x", "y"))

    assert decide(a_mail(), facts).words == ("PROCESSED",)


def test_another_text_under_the_same_key_is_named() -> None:
    """R-1: a different body under one key is still a duplicate, and the trace says it differs."""
    decided = decide(a_mail(), some_facts(processed=Processed(OTHER, "x", "another body")))

    assert decided.words == ("DUPLICATE KEY", "DELETED")
    assert "its text differs" in reasons(decided, "R-1")[0]
