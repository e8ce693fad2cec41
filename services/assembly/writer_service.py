"""The writer as a service."""

from collections.abc import Sequence
from functools import partial

from services.assembly.calendar_hints import hints_outlet
from services.assembly.composition import open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.marks_look import marks_look
from services.assembly.notice_rows import notice_rows
from services.assembly.noticing import notices_of
from services.assembly.paths import Use, require_paths
from services.assembly.proofs import may_write, writes_work
from services.assembly.recorded import recorded_outlet
from services.assembly.state_recorder import box_state_recorder, dead_letter_recorder
from services.assembly.worker_service import run_worker
from services.assembly.writing import prepare_writer, writer_stage
from shared import metrics
from shared.broker.topology import WRITER_COMMANDS
from shared.broker.wire import classified_from_broker
from shared.contracts.messages import MailClassified, MailRecorded
from shared.flow import both
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.worker import Flow

WRITER_PREFETCH = 50
"""A classified mail may weigh some megabytes, where a fetched one stays below the inline limit."""


def run_writer(boxes: Sequence[Box], environment: Environment) -> None:
    """Apply commands to the ERP, a group of mails in one transaction.

    Raises:
        ConfigurationError: Mapping, schema, queues or addresses cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.WRITE)
    erp = open_erp(environment)
    for box in boxes:
        metrics.expect_records(box.name)
    flow: Flow[MailClassified, MailRecorded] = Flow(
        WRITER_COMMANDS,
        writer_stage(boxes, erp, environment.data),
        classified_from_broker,
        both(recorded_outlet(boxes), hints_outlet(boxes)),
        DatabaseProbe(
            erp,
            partial(prepare_writer, boxes[0], erp, environment.data),
            proof=writes_work(erp),
            rights=may_write(erp),
        ),
        prefetch=WRITER_PREFETCH,
    )
    states, letters = box_state_recorder(erp.engine), dead_letter_recorder(erp.engine)
    book = notices_of("writer", boxes, environment, notice_rows(erp.engine))
    run_worker(flow, environment, book, [states.run, letters.run], [marks_look(erp, boxes)])
