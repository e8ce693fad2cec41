"""Where the classifier is put together, for a service, for all in one process, for `explain`."""

from collections.abc import Sequence
from pathlib import Path

from services.assembly.composition import Erp
from services.classifier.facts.facts import BoxContext
from services.classifier.facts.look_up import DatabaseLookUp
from services.classifier.policy import POLICY
from services.classifier.stage import ClassifierStage
from shared.backup.store import BackupStore
from shared.domain.vocabulary import build_vocabulary
from shared.settings.box import Box


def context_of(box: Box, erp: Erp) -> BoxContext:
    """What the rules know of `box` and of the places that the mapping has."""
    return BoxContext(
        box=box,
        vocabulary=build_vocabulary(box.vocabulary),
        policy=POLICY,
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
