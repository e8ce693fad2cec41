from uuid import UUID

from services.writer.claim import Claim, settle
from shared.contracts.messages import MailClassified
from tests.builders import RECEIVED

ONE, TWO = UUID(int=1), UUID(int=2)


def a_classified(mail_id: UUID = ONE, key: str = "k", **changes: object) -> MailClassified:
    """A classified mail that was PROCESSED."""
    fields: dict[str, object] = {
        "mail_id": mail_id,
        "box": "crm",
        "source": "emlDir:a.eml",
        "received_at": RECEIVED,
        "content_sha256": "c",
        "backup_key": "b",
        "key": key,
        "body_sha256": "body",
        "subject": "s",
        "sender": "a@b.cz",
        "message_id": None,
        "verdict": ("PROCESSED",),
        "direction": "incoming",
        "trace": (),
        "commands": (),
        "content": None,
    }
    return MailClassified.model_validate(fields | changes)


def test_the_first_mail_claims_its_key() -> None:
    """R-1: a key that nobody has becomes the mail's own, and the verdict stands."""
    (settled,) = settle([a_classified()], {})

    assert settled.claims
    assert settled.verdict == ("PROCESSED",)


def test_of_two_mails_in_one_group_the_first_wins() -> None:
    """R-e: duplicates within one transaction are found too, and lose their commands."""
    first, second = settle([a_classified(ONE), a_classified(TWO)], {})

    assert (first.claims, second.claims) == (True, False)
    assert second.verdict == ("DUPLICATE KEY", "DELETED")
    assert second.direction is None
    assert second.trace[0].id == "R-1"


def test_a_key_claimed_before_makes_a_duplicate() -> None:
    """R-e: what the classifier did not see yet, the writer decides; another body is flagged."""
    (same,) = settle([a_classified(TWO)], {"k": Claim(ONE, "body")})
    (other,) = settle([a_classified(TWO)], {"k": Claim(ONE, "another body")})

    assert same.verdict == other.verdict == ("DUPLICATE KEY", "DELETED")
    assert (same.differs, other.differs) == (False, True)


def test_a_mail_that_owns_its_key_is_no_duplicate_of_itself() -> None:
    """R-a: the same mail id again keeps its verdict and claims nothing twice."""
    (settled,) = settle([a_classified(ONE)], {"k": Claim(ONE, "body")})

    assert settled.verdict == ("PROCESSED",)
    assert not settled.claims
