"""The one place where services are put together: the whole pipeline in one process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from services.classifier.facts import House
from services.classifier.look_up import DatabaseLookUp
from services.classifier.stage import ClassifierStage
from services.classifier.vocabulary import build_vocabulary
from services.fetcher.fetch import Fetcher
from services.fetcher.sources.eml_dir import EmlDir
from services.operator.secret import own_mail
from services.writer.attachments import AttachmentStore
from services.writer.legacy_log import LegacyLog
from services.writer.stage import WriterStage
from services.writer.unit_of_work import UnitOfWork
from shared.backup.store import BackupStore
from shared.broker.local import LocalTransport
from shared.broker.port import Publisher
from shared.contracts.messages import FetchedMail, MailClassified, MailRecorded
from shared.netgenium.database import database_errors, open_database
from shared.netgenium.mapping import load_mapping
from shared.netgenium.tables import ErpTables
from shared.own_mail import OwnMail
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


def open_erp(environment: Environment) -> Erp:
    """The database and mapping that `environment` names; connects only when first used.

    Raises:
        ConfigurationError: Mapping or database address cannot work.
    """
    tables = ErpTables(load_mapping(environment.mapping))
    engine = open_database(environment.database_url.get_secret_value())
    return Erp(engine, tables, own_mail(environment))


def house_of(box: Box, erp: Erp) -> House:
    """What the rules know of `box` and of the places that the mapping has."""
    return House(
        box=box,
        vocabulary=build_vocabulary(box.vocabulary),
        keeps_html=erp.tables.has("activity", "html"),
        links_other_contacts=erp.tables.has("activity", "other_contacts"),
        keeps_invitations=erp.tables.has("invitation"),
        own_mail=erp.own_mail,
    )


def look_up_for(box: Box, erp: Erp) -> DatabaseLookUp:
    """Facts for the mails of `box`."""
    return DatabaseLookUp(erp.engine, erp.tables, house_of(box, erp))


def pipeline(box: Box, erp: Erp, data: Path, recorded: Publisher[MailRecorded]) -> Fetcher:
    """Fetcher, classifier and writer of `box`, connected within this process.

    Args:
        box: A box with an `emlDir`.
        erp: Where the effects go.
        data: Backups and the legacy log.
        recorded: Is told of every mail after its commit.
    """
    backup = BackupStore(data)
    clock = _local_clock(box)
    writer = WriterStage(
        erp.engine,
        erp.tables,
        AttachmentStore(backup, Path(box.root_path)),
        LegacyLog(data / LEGACY_LOG),
        clock,
    )
    classifier = ClassifierStage(look_up_for(box, erp), backup)
    to_writer: LocalTransport[MailClassified, MailRecorded] = LocalTransport(
        partial(handle_batch, writer), recorded
    )
    to_classifier: LocalTransport[FetchedMail, MailClassified] = LocalTransport(
        partial(handle_batch, classifier), to_writer
    )
    if box.eml_dir is None:
        raise ValueError(f"box {box.name} has no emlDir")
    source = EmlDir(box.eml_dir, box.eml_settle_seconds)
    return Fetcher(box.name, box.email, source, backup, to_classifier, clock)


def sweep_orphans(box: Box, erp: Erp, data: Path) -> int:
    """Remove attachment files that a crash left without a row, a day ago or earlier.

    Raises:
        TransientError: The database is away.
    """
    store = AttachmentStore(BackupStore(data), Path(box.root_path))
    with database_errors(erp.engine), erp.engine.connect() as connection:
        now = datetime.now(UTC)
        return store.sweep(UnitOfWork(connection, erp.tables, now), now - timedelta(days=1))


def _local_clock(box: Box) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC).astimezone(box.time_zone)
