"""Where classifier and writer are put together within one process."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from services.assembly.classifying import classifier_stage
from services.assembly.composition import Erp
from services.assembly.proofs import writes_work
from services.assembly.writing import writer_stage
from services.classifier.facts.facts import BoxContext
from shared.broker.local import LocalTransport
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailClassified, MailRecorded
from shared.runner import handle_batch
from shared.settings.box import Box


def local_pipeline(
    boxes: Sequence[Box],
    erp: Erp,
    data: Path,
    recorded: Publisher[MailRecorded],
    contexts: Mapping[str, BoxContext] | None = None,
) -> Publisher[FetchedMail]:
    """Classifier and writer of `boxes`, connected within this process.

    Args:
        boxes: Whose mail it takes.
        erp: Where the effects go.
        data: Backups and the legacy log.
        recorded: Is told of every mail after its commit.
        contexts: What the rules know of the boxes; None: what is found now.

    Raises:
        ConfigurationError: A rule file cannot be used.
    """
    writer = writer_stage(boxes, erp, data)
    classifier = classifier_stage(boxes, erp, data, contexts)
    probe = partial(writes_work(erp), erp.engine)
    to_writer: LocalTransport[MailClassified, MailRecorded] = LocalTransport(
        partial(handle_batch, writer, probe=probe), recorded
    )
    to_classifier: LocalTransport[FetchedMail, MailClassified] = LocalTransport(
        partial(handle_batch, classifier, probe=probe), to_writer
    )
    return to_classifier
