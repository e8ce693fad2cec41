"""`crmservice status`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import typer

from services.answers.outgoing import OutboxCounts, outbox_counts
from services.answers.rule_files import refused_rules
from services.answers.standstill import standstill
from services.answers.status import (
    QueueCounts,
    Service,
    SourceState,
    failed_in,
    flows_of,
    marks_in,
    places_of,
    recorded_in,
    services_of,
)
from services.answers.times import utc
from services.assembly.composition import open_erp
from services.assembly.mailing import sends_mail
from services.assembly.services import broker_address
from services.operator.commands.options import (
    AsJson,
    Config,
    InLanguage,
    begin,
    boxes_of,
    language_for,
    tell,
)
from services.operator.output import write_json
from services.operator.present.console import stdout_console
from services.operator.present.status import status_as_text
from shared.contracts.said import said
from shared.errors import CRMServiceError, ExitCode, gravest

Found = TypeVar("Found")


class _Report:
    """What could be found, part by part, and what could not."""

    def __init__(self) -> None:
        self.parts: dict[str, Any] = {}
        self.errors: dict[str, CRMServiceError] = {}

    def look(self, name: str, look: Callable[[], Found], else_: Found) -> Found:
        """Return what `look` gives; `else_` where it cannot be known, which is told."""
        try:
            self.parts[name] = found = look()
        except CRMServiceError as error:
            self.errors[name] = error
            return else_
        return found


def status(
    config: Config,
    language: InLanguage = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what stands still and why; then boxes, queues and services.

    Examples:
      crmservice status --config crm.xml
      crmservice status --config crm.xml --json

    Ends with 0 if everything moves, with 3 if something stands still. What cannot be
    reached is told, and the rest is shown; then it ends with 5, 4 or 78.
    """
    environment, spoken = begin("error"), language_for(language)
    boxes = boxes_of(config)
    report, data = _Report(), environment.data
    sources: list[SourceState] = report.look("boxes", lambda: places_of(boxes, data), [])
    queues: list[QueueCounts] = []
    services: list[Service] = []
    failed = 0
    if environment.rabbitmq_url:
        address = broker_address(environment, "operator")
        queues = report.look("queues", lambda: flows_of(address), [])
        services = report.look("services", lambda: services_of(queues, boxes, address), [])
    else:
        failed = report.look("failed", lambda: failed_in(data), 0)
    if report.look("journal", lambda: recorded_in(open_erp(environment)), None):
        report.look("marks", lambda: marks_in(open_erp(environment), boxes), None)
    outbox: OutboxCounts | None = None
    if "journal" in report.parts:
        server = sends_mail(boxes)
        engine = open_erp(environment).engine
        outbox = report.look("outbox", lambda: outbox_counts(engine, server=server), None)
    now = datetime.now(boxes[0].time_zone)
    found = standstill(sources, queues, services, failed, now, outbox)
    found += refused_rules(boxes)
    if as_json:
        wrong = {name: {"error": str(error)} for name, error in report.errors.items()}
        parts = {name: _as_json(part) for name, part in report.parts.items()} | wrong
        write_json({"standstill": [asdict(one) for one in found], **parts})
    else:
        for name, error in report.errors.items():
            tell(said("{part}: {error}", part=name, error=error))
        stdout_console().print(status_as_text(found, report.parts, boxes[0].time_zone, spoken))
    if code := gravest([error.exit_code for error in report.errors.values()]):
        raise typer.Exit(code)
    if found:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _as_json(part: Any) -> Any:  # noqa: ANN401 - whatever a part of the report is
    match part:
        case int():
            return {"mails": part}
        case list():
            return [_as_json(one) for one in part]
        case _:
            fields = asdict(part).items()
            return {k: utc(v) if isinstance(v, datetime) else v for k, v in fields}
