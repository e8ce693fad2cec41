"""`crmservice explain` of files."""

import sys
from collections.abc import Iterable, Sequence

import typer

from services.answers.explain import Explained, Unreadable, explain, files_of
from services.assembly.classifying import look_up_in
from services.assembly.composition import Erp
from services.assembly.live_contexts import context_of
from services.operator.commands.how_far import Counted, of_all, told_how_far
from services.operator.output import write_json
from services.operator.present.as_json import explained_as_json
from services.operator.present.as_text import explained_as_text
from services.operator.present.console import stderr_console, stdout_console
from shared.errors import ExitCode
from shared.language.language import Language
from shared.settings.box import Box


def explain_files(
    arguments: Sequence[str], erp: Erp, box: Box, language: Language, *, as_json: bool
) -> None:
    """Show what would become of files as mails of `box`; ends the command if one is unreadable.

    Args:
        arguments: Files, and folders of files.
        erp: What is known of people and records.
        box: Whose settings count.
        language: In which a person is told.
        as_json: Whether a program is told.

    Raises:
        WrongUseError: A folder has no file.
    """
    files = files_of(arguments)
    results = explain(files, context_of(box, erp), look_up_in(erp))
    console = stdout_console()
    unreadable = 0
    counted = Counted(_with_progress(results, len(files), as_json=as_json))
    with told_how_far(lambda: of_all(counted.done, len(files))):
        for result in counted:
            unreadable += isinstance(result, Unreadable)
            if as_json:
                write_json(explained_as_json(result))
            else:
                console.print(explained_as_text(result, language))
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
