"""One classifier for the boxes of a deployment: each mail is judged by its own box's settings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classifier.stage import ClassifierStage
from shared.contracts.messages import FetchedMail, MailClassified
from shared.errors import PermanentError


@dataclass(frozen=True, slots=True)
class ByBox:
    """Hands each mail to the stage of its box.

    Attributes:
        stages: By the box's name.
    """

    stages: Mapping[str, ClassifierStage]
    name: str = "classifier"

    def handle(self, batch: Sequence[FetchedMail]) -> Sequence[MailClassified]:
        """Classify all of `batch`, box by box.

        Raises:
            TransientError: Database or backup is away.
            PermanentError: A backup is missing, or a box is not configured here.
        """
        by_box: dict[str, list[FetchedMail]] = defaultdict(list)
        for mail in batch:
            by_box[mail.message.box].append(mail)
        if strangers := sorted(by_box.keys() - self.stages.keys()):
            raise PermanentError(
                f"No configuration of this service names the box {', '.join(strangers)}; start it "
                "with the box's file and release the mail"
            )
        return [mail for box, mails in by_box.items() for mail in self.stages[box].handle(mails)]
