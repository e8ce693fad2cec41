"""The one place where stages are put together, for a process of their own or all in one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from services.classifier.facts.facts import BoxContext
from services.classifier.facts.look_up import DatabaseLookUp
from services.classifier.stage import ClassifierStage
from services.operator.secret import own_mail
from services.writer.attachments import AttachmentStore
from services.writer.legacy_log import LegacyLog
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.broker.local import LocalTransport
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailClassified, MailRecorded
from shared.domain.own_mail import OwnMail
from shared.domain.vocabulary import build_vocabulary
from shared.netgenium.database import open_database
from shared.netgenium.mapping import load_mapping
from shared.netgenium.probe import takes_writes
from shared.netgenium.tables import ErpTables
from shared.runner import handle_batch
from shared.settings.box import Box
from shared.settings.environment import Environment

LEGACY_LOG = "CRMService.log"


@dataclass(frozen=True, slots=True)
class Erp:
    """The ERP's database with its mapping, and what recognises mail that we have sent."""

    engine: Engine
    tables: ErpTables
    own_mail: OwnMail | None = None


def open_erp(environment: Environment, *, makes: bool = False) -> Erp:
    """The database and mapping that `environment` names; connects only when first used.

    Args:
        environment: Names them.
        makes: An SQLite file that is not there is made: `init-db` alone does so.

    Raises:
        ConfigurationError: Mapping or database address cannot work.
    """
    tables = ErpTables(load_mapping(environment.mapping))
    engine = open_database(environment.database_url.get_secret_value(), makes=makes)
    return Erp(engine, tables, own_mail(environment))


def context_of(box: Box, erp: Erp) -> BoxContext:
    """What the rules know of `box` and of the places that the mapping has."""
    return BoxContext(
        box=box,
        vocabulary=build_vocabulary(box.vocabulary),
        keeps_html=erp.tables.has("activity", "html"),
        links_other_contacts=erp.tables.has("activity", "other_contacts"),
        keeps_invitations=erp.tables.has("invitation"),
        own_mail=erp.own_mail,
    )


def look_up_in(erp: Erp) -> DatabaseLookUp:
    """Facts from the database."""
    return DatabaseLookUp(erp.engine, erp.tables)


def classifier_stage(boxes: Sequence[Box], erp: Erp, data: Path) -> ClassifierStage:
    """The classifier of `boxes`; `data` has the backups."""
    contexts = {box.name: context_of(box, erp) for box in boxes}
    return ClassifierStage(contexts, look_up_in(erp), BackupStore(data))


def writer_stage(boxes: Sequence[Box], erp: Erp, data: Path) -> WriterStage:
    """The writer of `boxes`, which share one ERP (I-13); the log has the first one's local time."""
    box = boxes[0]
    return WriterStage(
        erp.engine,
        erp.tables,
        AttachmentStore(BackupStore(data), Path(box.root_path)),
        legacy_log(box, data),
        local_clock(box),
    )


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
    probe = partial(takes_writes, erp.engine)
    to_writer: LocalTransport[MailClassified, MailRecorded] = LocalTransport(
        partial(handle_batch, writer, probe=probe), recorded
    )
    to_classifier: LocalTransport[FetchedMail, MailClassified] = LocalTransport(
        partial(handle_batch, classifier, probe=probe), to_writer
    )
    return to_classifier


def legacy_log(box: Box, data: Path) -> LegacyLog:
    """The log in the manual's words, in the local time of `box`."""
    return LegacyLog(data / LEGACY_LOG, box.time_zone)


def prepare_writer(box: Box, erp: Erp, data: Path) -> None:
    """Make the attachments' folder ready, and write lines of the legacy log that wait.

    Raises:
        TransientError: The folder cannot be written now.
    """
    AttachmentStore(BackupStore(data), Path(box.root_path)).prepare(erp.tables.mapping)
    legacy_log(box, data).catch_up(erp.engine)


def local_clock(box: Box) -> Callable[[], datetime]:
    """Now, in the box's zone."""
    return lambda: datetime.now(UTC).astimezone(box.time_zone)
