"""`crmservice explain`."""

import sys
from typing import Annotated

import typer
from rich.progress import track

from services.answers.explain import Unreadable, files_of
from services.answers.explain import explain as explain_files
from services.assembly.classifying import context_of, look_up_in
from services.assembly.composition import open_erp
from services.operator.commands.options import AsJson, Config, begin, boxes_of
from services.operator.output import write_json
from services.operator.present.as_json import explained_as_json
from services.operator.present.as_text import explained_as_text
from services.operator.present.console import stderr_console, stdout_console
from shared.errors import ExitCode, WrongUseError
from shared.netgenium.schema.inspection import require_schema


def explain(
    mails: Annotated[list[str], typer.Argument(help="Mail files, or folders of mail files.")],
    config: Config,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what would become of mails, and why. Writes nothing.

    Examples:
      crmservice explain offer.eml --config crm.xml
      crmservice explain POP3Downloads/2026-11-21 --config crm.xml --json
    """
    environment = begin("warning")
    boxes = boxes_of(config)
    if len(boxes) != 1:
        raise WrongUseError("explain looks at mails of one box: give one --config")
    erp = open_erp(environment)
    require_schema(erp.engine, erp.tables)
    results = explain_files(files := files_of(mails), context_of(boxes[0], erp), look_up_in(erp))
    console, progress = stdout_console(), stderr_console()
    unreadable = 0
    for result in track(
        results,
        "Explaining",
        len(files),
        console=progress,
        transient=True,
        disable=not (progress.is_terminal and as_json and not sys.stdout.isatty()),
    ):
        unreadable += isinstance(result, Unreadable)
        if as_json:
            write_json(explained_as_json(result))
        else:
            console.print(explained_as_text(result))
    if unreadable:
        raise typer.Exit(ExitCode.PARTLY_DONE)
