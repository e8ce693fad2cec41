"""Where the classifier is put together, for a service, for all in one process, for `explain`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from services.assembly.composition import Erp
from services.assembly.live_contexts import LiveContexts
from services.classifier.facts.facts import BoxContext
from services.classifier.facts.look_up import DatabaseLookUp
from services.classifier.stage import ClassifierStage
from shared.backup.store import BackupStore
from shared.settings.box import Box


def look_up_in(erp: Erp) -> DatabaseLookUp:
    """Return who looks facts up in the database."""
    return DatabaseLookUp(erp.engine, erp.tables)


def classifier_stage(
    boxes: Sequence[Box], erp: Erp, data: Path, contexts: Mapping[str, BoxContext] | None = None
) -> ClassifierStage:
    """Return the classifier of `boxes`; `data` has the backups.

    Raises:
        ConfigurationError: A rule file cannot be used.
    """
    known = LiveContexts(boxes, erp) if contexts is None else contexts
    return ClassifierStage(known, look_up_in(erp), BackupStore(data))
