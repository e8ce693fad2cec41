from uuid import UUID

from services.writer.decisions.claim import Claim, late_command_ids, settle
from shared.contracts.commands import MarkForbidden
from shared.contracts.messages import MailClassified
from shared.domain.copies import CopyMarks
from tests.builders import RECEIVED
from tests.messages import A_KEY

ONE, TWO = UUID(int=1), UUID(int=2)
KEY, BODY, TEXT = "0" * 64, "b" * 64, "7" * 64
ANOTHER_BODY = Claim(ONE, CopyMarks("another body", text_sha256=TEXT))


def a_classified(mail_id: UUID = ONE, key: str = KEY, **changes: object) -> MailClassified:
    """A classified mail that was PROCESSED."""
    fields: dict[str, object] = {
        "mail_id": mail_id,
        "box": "crm",
        "source": "emlDir:a.eml",
        "received_at": RECEIVED,
        "content_sha256": "c" * 64,
        "backup_key": A_KEY,
        "key": key,
        "body_sha256": BODY,
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


def a_mark(command_id: UUID) -> MarkForbidden:
    """A command."""
    return MarkForbidden(command_id=command_id, address="a@b.cz", mark="broken")


def test_the_first_mail_claims_its_key() -> None:
    """R-1: a key that nobody has becomes the mail's own, and the verdict stands."""
    (settled,) = settle([a_classified()], {})

    assert settled.claims == (KEY,)
    assert settled.verdict == ("PROCESSED",)


def test_of_two_mails_in_one_group_the_first_wins() -> None:
    """R-e: duplicates within one transaction are found too, and lose their commands."""
    first, second = settle([a_classified(ONE), a_classified(TWO)], {})

    assert (first.claims, second.claims) == ((KEY,), ())
    assert second.verdict == ("DUPLICATE KEY", "DELETED")
    assert second.direction is None
    assert second.trace[0].id == "R-1"


def test_a_key_claimed_before_makes_a_duplicate() -> None:
    """R-e: what the classifier did not see yet, the writer decides; another body is told."""
    (same,) = settle([a_classified(TWO)], {KEY: Claim(ONE, CopyMarks(BODY))})
    (other,) = settle([a_classified(TWO, text_sha256=TEXT)], {KEY: ANOTHER_BODY})

    assert same.verdict == other.verdict == ("DUPLICATE KEY", "DELETED")
    assert (same.differs, other.differs) == (False, True)


def test_a_mail_that_owns_its_key_is_no_duplicate_of_itself() -> None:
    """R-a: the same mail id again keeps its verdict and claims nothing twice."""
    (settled,) = settle([a_classified(ONE)], {KEY: Claim(ONE, CopyMarks(BODY))})

    assert settled.verdict == ("PROCESSED",)
    assert not settled.claims


def test_an_explicit_replay_keeps_its_verdict_and_does_what_is_left() -> None:
    """R-a: whoever has the key, what it has made before is not made again."""
    done, left = a_mark(UUID(int=8)), a_mark(UUID(int=9))
    mail = a_classified(TWO, commands=(done, left), again=True, text_sha256=TEXT)
    owners = {KEY: ANOTHER_BODY}

    (settled,) = settle([mail], owners, {done.command_id})

    assert late_command_ids([mail], owners) == {done.command_id, left.command_id}
    assert settled.commands == (left,)
    assert settled.verdict == ("PROCESSED",)
    assert not settled.claims


def test_a_replay_of_a_key_that_nobody_has_claims_it() -> None:
    """R-a: a replayed mail is a first mail like any other; its twin is a duplicate of it."""
    replayed, twin = settle([a_classified(ONE, again=True), a_classified(TWO)], {})

    assert replayed.claims
    assert twin.verdict == ("DUPLICATE KEY", "DELETED")
