"""`crmservice status`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import typer

from services.answers.status import (
    failed_in,
    flows_of,
    places_of,
    recorded_in,
    services_of,
)
from services.assembly.composition import open_erp
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
from services.operator.present.labels import part_label
from services.operator.present.records import records_as_text
from shared.errors import CRMServiceError
from shared.language.language import Language
from shared.settings.box import Box
from shared.settings.environment import Environment

Row = dict[str, Any]


def status(
    config: Config,
    language: InLanguage = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show boxes, queues and services: what waits where, and who works.

    Examples:
      crmservice status --config crm.xml
      crmservice status --config crm.xml --json

    What cannot be reached is told, and the rest is shown; then it ends with 5 or 4.
    """
    environment, failures = begin("error"), []
    spoken = language_for(language)
    report: dict[str, Row | list[Row]] = {}
    for name, look in _parts(boxes_of(config), environment):
        try:
            report[name] = look()
        except CRMServiceError as error:
            failures.append(error)
            report[name] = {"error": str(error)}
    if as_json:
        write_json(report)
    else:
        _print(report, spoken)
    if failures:
        raise typer.Exit(max(error.exit_code for error in failures))


def _parts(
    boxes: Sequence[Box], environment: Environment
) -> Iterator[tuple[str, Callable[[], Row | list[Row]]]]:
    yield "boxes", lambda: _rows(places_of(boxes, environment.data))
    if environment.rabbitmq_url:
        address = broker_address(environment, "operator")
        yield "queues", lambda: _rows(flows_of(address))
        yield "services", lambda: _rows(services_of(flows_of(address), boxes, address))
    else:
        yield "failed", lambda: {"mails": failed_in(environment.data)}
    yield "journal", lambda: asdict(recorded_in(open_erp(environment)))


def _rows(found: Sequence[object]) -> list[Row]:
    return [asdict(one) for one in found if is_dataclass(one) and not isinstance(one, type)]


def _print(report: dict[str, Row | list[Row]], language: Language) -> None:
    console = stdout_console()
    for name, found in report.items():
        if isinstance(found, dict) and "error" in found:
            tell(f"{name}: {found['error']}")
            continue
        console.print(part_label(name, language), style="bold")
        rows = found if isinstance(found, list) else [found]
        console.print(records_as_text(rows, language) if rows else language.say("none"))
        console.print()
