from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

import pytest

from services.classifier.by_box import ByBox
from services.classifier.stage import ClassifierStage
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.errors import PermanentError
from tests.messages import A_KEY


@dataclass
class AStage:
    """Remembers what it was given, and gives it on."""

    seen: list[FetchedMail] = field(default_factory=list)

    def handle(self, batch: Sequence[FetchedMail]) -> Sequence[MailClassified]:
        self.seen += batch
        return cast(Sequence[MailClassified], batch)


def a_mail(box: str) -> FetchedMail:
    """A mail of a box."""
    message = MailFetched(
        mail_id=uuid4(), box=box, source="imap:1", received_at=datetime.now(UTC), size=0,
        sha256="00" * 32, backup_key=A_KEY,
    )  # fmt: skip
    return FetchedMail(message, b"")


def test_each_mail_goes_to_the_stage_of_its_box() -> None:
    """I-1: several boxes in one deployment, each with its own settings."""
    sales, office = AStage(), AStage()
    stages = {"sales": cast(ClassifierStage, sales), "office": cast(ClassifierStage, office)}
    batch = [a_mail("sales"), a_mail("office"), a_mail("sales")]

    made = ByBox(stages).handle(batch)

    assert sales.seen == [batch[0], batch[2]]
    assert office.seen == [batch[1]]
    assert len(made) == 3


def test_mail_of_an_unknown_box_waits_for_a_person() -> None:
    """H-33: it is no mail of ours to judge; the sentence says what to do."""
    stage = AStage()
    batch = [a_mail("sales"), a_mail("strange")]

    with pytest.raises(PermanentError, match="names the box strange; start it with the box's"):
        ByBox({"sales": cast(ClassifierStage, stage)}).handle(batch)

    assert stage.seen == []
