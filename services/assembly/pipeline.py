"""Where classifier and writer are put together within one process."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.assembly.classifying import classifier_stage
from services.assembly.composition import Erp
from services.assembly.proofs import writes_work
from services.assembly.writing import writer_stage
from shared.broker.local import LocalTransport
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailClassified, MailRecorded
from shared.runner import handle_batch
from shared.settings.box import Box


def local_pipeline(
    boxes: Sequence[Box], erp: Erp, data: Path, recorded: Publisher[MailRecorded]
) -> Publisher[FetchedMail]:
    """Classifier and writer of `boxes`, connected within this process.

    Args:
        boxes: Whose mail it takes.
        erp: Where the effects go.
        data: Backups and the legacy log.
        recorded: Is told of every mail after its commit.
    """
    writer, classifier = writer_stage(boxes, erp, data), classifier_stage(boxes, erp, data)
    probe = partial(writes_work(erp), erp.engine)
    to_writer: LocalTransport[MailClassified, MailRecorded] = LocalTransport(
        partial(handle_batch, writer, probe=probe), recorded
    )
    to_classifier: LocalTransport[FetchedMail, MailClassified] = LocalTransport(
        partial(handle_batch, classifier, probe=probe), to_writer
    )
    return to_classifier
