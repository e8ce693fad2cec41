"""The commands of `crmservice`, one file a command, put together into one application."""

import typer

from services.operator.commands import dead_letters
from services.operator.commands.check import check
from services.operator.commands.demo import demo
from services.operator.commands.discover import discover
from services.operator.commands.explain import explain
from services.operator.commands.grants import grants
from services.operator.commands.init_db import init_db
from services.operator.commands.list_records import list_table
from services.operator.commands.replay import replay
from services.operator.commands.run import run
from services.operator.commands.services import classifier, fetcher, writer
from services.operator.commands.status import status
from services.operator.commands.undo import undo

app = typer.Typer(
    name="crmservice",
    help="Turns the mail of a technology box into records of the NET Genium ERP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check")(check)
app.command("init-db")(init_db)
app.command("run")(run)
app.command("fetcher")(fetcher)
app.command("classifier")(classifier)
app.command("writer")(writer)
app.command("status")(status)
app.command("replay")(replay)
app.add_typer(dead_letters.app, name="dead-letters")
app.command("explain")(explain)
app.command("list")(list_table)
app.command("undo")(undo)
app.command("demo")(demo)
app.command("discover")(discover)
app.command("grants")(grants)
