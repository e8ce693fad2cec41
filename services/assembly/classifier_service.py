"""The classifier as a service."""

from collections.abc import Sequence

from services.assembly.classifying import classifier_stage
from services.assembly.composition import open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.live_contexts import LiveContexts
from services.assembly.noticing import notices_of
from services.assembly.paths import Use, require_paths
from services.assembly.proofs import may_read, reads_work
from services.assembly.worker_service import run_worker
from shared.broker.topology import CLASSIFIER_MAIL, WRITER_COMMANDS
from shared.broker.wire import classified_to_broker, fetched_from_broker
from shared.contracts.messages import FetchedMail, MailClassified
from shared.flow import into
from shared.rule_metrics import rules_refused
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.worker import Flow


def run_classifier(boxes: Sequence[Box], environment: Environment) -> None:
    """Classify fetched mail; commands go to the writer's queue.

    Raises:
        ConfigurationError: Mapping, schema, queues, addresses or rule files cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.CLASSIFY)
    erp = open_erp(environment)
    contexts = LiveContexts(boxes, erp, rules_refused)
    flow: Flow[FetchedMail, MailClassified] = Flow(
        CLASSIFIER_MAIL,
        classifier_stage(boxes, erp, environment.data, contexts),
        fetched_from_broker,
        into(WRITER_COMMANDS, classified_to_broker),
        DatabaseProbe(erp, proof=reads_work(erp), rights=may_read(erp)),
    )
    notices = notices_of("classifier", boxes, environment)
    run_worker(flow, environment, notices, looks=[contexts.look()])
