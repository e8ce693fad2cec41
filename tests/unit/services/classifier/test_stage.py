from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.classifier.facts.facts import BoxContext, Facts
from services.classifier.policy import POLICY
from services.classifier.reading.mail import Mail
from services.classifier.stage import ClassifierStage
from shared.backup.store import BackupStore
from shared.contracts.messages import FetchedMail, MailFetched
from shared.domain.vocabulary import build_vocabulary
from shared.errors import PermanentError
from tests.builders import RECEIVED, a_box, raw_mail, some_facts


@dataclass
class ALookUp:
    """The small company of the builders for every box; remembers how often it was asked."""

    asked: list[int] = field(default_factory=list)

    def __call__(self, mails: Sequence[tuple[Mail, BoxContext]]) -> Sequence[Facts]:
        self.asked.append(len(mails))
        return [replace(some_facts(context.box), context=context) for _, context in mails]


def fetched(box: str) -> FetchedMail:
    """A mail of a box with the subject `Newsletter`."""
    raw = raw_mail(subject="Newsletter")
    mail_id: UUID = uuid4()
    message = MailFetched(
        mail_id=mail_id,
        box=box,
        source="imap:1",
        received_at=RECEIVED,
        size=len(raw),
        sha256=sha256(raw).hexdigest(),
        backup_key=f"POP3Downloads/2026-11-02/{mail_id}.eml",
    )
    return FetchedMail(message, raw)


def a_stage(look_up: ALookUp, tmp_path: Path) -> ClassifierStage:
    """The classifier of two boxes, of which `office` ignores newsletters."""
    boxes = [a_box(name="sales"), a_box(name="office", ignore_subject=("newsletter",))]
    contexts = {box.name: BoxContext(box, build_vocabulary({}), POLICY) for box in boxes}
    return ClassifierStage(contexts, look_up, BackupStore(tmp_path))


def test_each_mail_is_judged_by_the_settings_of_its_box(tmp_path: Path) -> None:
    """I-1: several boxes in one deployment, each with its own settings; one look-up for all."""
    look_up = ALookUp()

    made = a_stage(look_up, tmp_path).handle([fetched("sales"), fetched("office")])

    assert [mail.verdict for mail in made] == [("PROCESSED",), ("IGNORED", "DELETED")]
    assert look_up.asked == [2]


def test_mail_of_an_unknown_box_waits_for_a_person(tmp_path: Path) -> None:
    """H33: it is no mail of ours to judge; the sentence says what to do."""
    look_up = ALookUp()

    with pytest.raises(PermanentError, match="names the box strange; start it with the box's"):
        a_stage(look_up, tmp_path).handle([fetched("sales"), fetched("strange")])

    assert look_up.asked == []


def test_each_mail_is_asked_the_rules_of_its_box(tmp_path: Path) -> None:
    """I-1: the policy is a value of the box, and another box keeps the rules of the manual."""
    office = a_box(name="office")
    short = tuple(row for row in POLICY if row.name in ("ignored_subject", "nothing_made"))
    contexts = {
        "sales": BoxContext(a_box(name="sales"), build_vocabulary({}), POLICY),
        "office": BoxContext(office, build_vocabulary({}), short),
    }
    stage = ClassifierStage(contexts, ALookUp(), BackupStore(tmp_path))

    whole, part = stage.handle([fetched("sales"), fetched("office")])
    archived = replace(fetched("office"), message=_archived(fetched("office").message))
    (old,) = stage.handle([archived])

    assert [line.rule for line in part.trace] == ["ignored_subject", "nothing_made"]
    assert len(whole.trace) >= len(POLICY)
    assert [line.rule for line in old.trace] == ["archive", "ignored_subject", "nothing_made"]


def _archived(message: MailFetched) -> MailFetched:
    return message.model_copy(update={"archive": True})
