"""The commands of `crmservice`, one file a command, put together into one application.

A command's module is imported when the command is called, and not before: what one command needs
must not cost all the others, nor `--help` and the shell's completion.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from services.assembly import signals
from services.assembly.version import version


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the list of all commands has it.

    Attributes:
        name: What the person types.
        where: Its function, or its `Typer` of several commands: `module:name` below this package.
        summary: What it does, short enough for the list of `crmservice --help`.
    """

    name: str
    where: str
    summary: str


COMMANDS = (
    Listed("check", "check:check", "Look at all that is set up: each OK, or what to do."),
    Listed(
        "init-db", "init_db:init_db", "Create our own tables, in an empty database also the ERP's."
    ),
    Listed("run", "run:run", "Process mail in this one process."),
    Listed("fetcher", "fetcher:fetcher", "Read mail, back it up, hand it to the broker."),
    Listed("classifier", "classifier:classifier", "Turn fetched mail into the writer's commands."),
    Listed("writer", "writer:writer", "Apply commands to the database of NET Genium."),
    Listed("calsync", "calsync:calsync", "Keep activities and Microsoft 365 calendars in step."),
    Listed("mailer", "mailer:mailer", "Send the mail that waits in the outbox."),
    Listed("mail", "mail:app", "Mail that is sent: see, retry, drop; try servers."),
    Listed("status", "status:status", "Show what waits where, and who works."),
    Listed("replay", "replay:replay", "Process backed up mail again; nothing is made twice."),
    Listed(
        "dead-letters", "dead_letters:app", "Mail that could not be processed: see, release, drop."
    ),
    Listed("find", "find:find", "Find mail by words, addresses, numbers: what became of it."),
    Listed("explain", "explain:explain", "Show what became of a mail, or would, and why."),
    Listed("list", "list_records:list_table", "List records of the database."),
    Listed("calendar", "calendar:app", "Bring calendars into step; see and decide what is held."),
    Listed("marks", "marks:app", "Marks that wait for a person: release or refuse them."),
    Listed("rules", "rules:app", "Rules of your own: check the file, try it on the backups."),
    Listed("undo", "undo:undo", "Take back the marks and tasks that a mail has made."),
    Listed("import-log", "import_log:import_log", "Remember what the original has processed."),
    Listed("relink", "relink:relink", "Link mail of people who are in the address book by now."),
    Listed("demo", "demo:demo", "Show the main job on a demo company."),
    Listed("discover", "discover:discover", "Propose a mapping file from the ERP's database."),
    Listed("grants", "grants:grants", "Print the SQL that gives each database role its rights."),
    Listed("broker-users", "broker_users:broker_users", "Print a RabbitMQ user for each service."),
    Listed("indexes", "indexes:indexes", "Print the SQL of the indexes that look-ups need."),
)


class Later(TyperCommand):
    """A command that is listed at once and imported when it is called; its callback imports it."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401 - typer's own type has no public name
        **extra: Any,  # noqa: ANN401 - as typer gives it
    ) -> Any:  # noqa: ANN401 - the same
        """Parse the arguments as the real command does, which the context then runs."""
        imported = self.callback() if self.callback else self
        return imported.make_context(info_name, args, parent=parent, **extra)


def _imported(listed: Listed) -> Any:  # noqa: ANN401 - typer's own type has no public name
    module, _, name = listed.where.partition(":")
    with signals.nothing_is_open():
        found = getattr(import_module(f"{__name__}.{module}"), name)
    gc.freeze()
    gc.enable()
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False, rich_markup_mode=None)
        found.command(listed.name)(function)
    command = get_command(found)
    for each in (command, *getattr(command, "commands", {}).values()):
        each.help = as_written(each.help or "")
    return command


def as_written(text: str) -> str:
    r"""Mark what is indented in a help text, so that its lines are not run together.

    Args:
        text: Of a docstring. A `\b` line of its own is how typer is told.
    """
    paragraphs = text.split("\n\n")
    return "\n\n".join(f"\b\n{each}" if "\n  " in each else each for each in paragraphs)


def _import(listed: Listed) -> Callable[[], Any]:
    return lambda: _imported(listed)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        typer.echo(f"crmservice {version()}")
        raise typer.Exit


def _speak(wanted: str | None) -> str | None:
    if wanted is None:
        return None
    # Here, because `--help` and completion do without what settings need.
    from services.operator.commands.options import speak_as_asked  # noqa: PLC0415

    return speak_as_asked(wanted)


def _options(
    version: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_tell_version),
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="What people read, cs or en, errors included; by default that of the locale.",
            callback=_speak,
        ),
    ] = None,
) -> None:
    """Do nothing; typer reads the options of `crmservice` itself from the arguments."""


app = typer.Typer(
    name="crmservice",
    help="Turns the mail of a technology box into records of the NET Genium ERP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    callback=_options,
)
for _listed in COMMANDS:
    app.command(_listed.name, cls=Later, help=_listed.summary)(_import(_listed))
