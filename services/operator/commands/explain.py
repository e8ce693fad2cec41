"""`crmservice explain`."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from services.answers.explain import Explained, Unreadable, files_of
from services.answers.explain import explain as explain_files
from services.answers.recorded import recorded
from services.answers.today import today
from services.assembly.classifying import look_up_in
from services.assembly.composition import open_erp
from services.assembly.live_contexts import context_of
from services.operator.commands.asking import Asking, tell_never, tell_recorded
from services.operator.commands.how_far import Counted, of_all, told_how_far
from services.operator.commands.options import (
    AsJson,
    InLanguage,
    OptionalConfig,
    begin,
    boxes_of,
    language_for,
)
from services.operator.output import write_json
from services.operator.present.as_json import explained_as_json
from services.operator.present.as_text import explained_as_text
from services.operator.present.console import stderr_console, stdout_console
from shared.contracts.said import said
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.schema.inspection import require_schema


def explain(
    mails: Annotated[
        list[str], typer.Argument(help="Ids of mails, mail files, or folders of mail files.")
    ],
    *,
    config: OptionalConfig = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of a mail, or would become of a file, and why. Writes nothing.

    Examples:
      crmservice explain 154c463d-386a-5b61-bf0d-6b2cd91a1bcb
      crmservice explain offer.eml --config crm.xml
      crmservice explain POP3Downloads/2026-11-21 --config crm.xml --json

    Of a mail that was processed it shows what was recorded then; with --config also
    whether it would be decided differently today.
    """
    environment = begin("warning")
    boxes = boxes_of(config or ())
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    spoken = language_for(language)
    zone = ZoneInfo(erp.tables.mapping.time.zone)
    asking = Asking(environment, erp, boxes, zone, spoken, as_json=as_json)
    ids = [mail_id for mail in mails if (mail_id := _mail_id(mail))]
    files = [mail for mail in mails if _mail_id(mail) is None]
    if files and len(boxes) != 1:
        raise WrongUseError(said("explain looks at files as mails of one box: give one --config"))
    for mail_id in ids:
        _explain_recorded(asking, mail_id)
    if files:
        _explain_files(asking, files_of(files))


def _mail_id(text: str) -> UUID | None:
    """Return the id that is meant, unless there is a file of that name."""
    try:
        mail_id = UUID(text)
    except ValueError:
        return None
    return None if Path(text).exists() else mail_id


def _explain_recorded(asking: Asking, mail_id: UUID) -> None:
    then = recorded(asking.erp, asking.data, mail_id)
    if then is None:
        tell_never(asking, {}, mail_id=mail_id)
    elif asking.boxes:
        tell_recorded(asking, then, today(then, asking.boxes, asking.erp, asking.data))
    else:
        tell_recorded(asking, then)


def _explain_files(asking: Asking, files: Sequence[Path]) -> None:
    context = context_of(asking.boxes[0], asking.erp)
    results = explain_files(files, context, look_up_in(asking.erp))
    console = stdout_console()
    unreadable = 0
    counted = Counted(_with_progress(results, len(files), as_json=asking.as_json))
    with told_how_far(lambda: of_all(counted.done, len(files))):
        for result in counted:
            unreadable += isinstance(result, Unreadable)
            if asking.as_json:
                write_json(explained_as_json(result))
            else:
                console.print(explained_as_text(result, asking.language))
    if unreadable:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _with_progress(
    results: Iterable[Explained | Unreadable], count: int, *, as_json: bool
) -> Iterable[Explained | Unreadable]:
    """Return the results; how far they are is shown where they themselves go into a file."""
    progress = stderr_console()
    if not (progress.is_terminal and as_json and not sys.stdout.isatty()):
        return results
    from rich.progress import track  # noqa: PLC0415

    return track(results, "Explaining", count, console=progress, transient=True)
