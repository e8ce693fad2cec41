"""`crmservice demo`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from services.assembly.composition import open_erp
from services.assembly.run import Tally, run_once
from services.operator.commands.options import begin, boxes_of, tell
from services.operator.present.console import stdout_console
from services.operator.setup.company import fill_company
from services.operator.setup.company_file import load_company
from services.operator.setup.demo import prepare, summary
from shared.contracts.messages import MailRecorded
from shared.contracts.said import said
from shared.contracts.verdict import joined
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.environment import Environment


def demo(
    folder: Annotated[Path, typer.Option(help="The demo's company and mails.")] = Path("demo"),
    data: Annotated[Path, typer.Option(help="Where its database and backups go.")] = Path(
        "data/demo"
    ),
) -> None:
    """Show the main job on a demo company: mails go in, activities come out.

    Examples:
      crmservice demo
      crmservice demo --data /tmp/demo

    Uses an SQLite file of its own; running it twice makes nothing twice.
    """
    begin("warning")
    data = data.absolute()
    config = prepare(folder, data)
    erp = open_erp(Environment.from_environ({"CRMSERVICE_DATA": str(data)}), makes=True)
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, load_company(folder / "company.toml"))
    tally = Tally(_tell)
    run_once(boxes_of([config]), erp, data, tally)
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, line in summary(erp).items():
        table.add_row(name, line)
    stdout_console().print("\nThe ERP now holds", table, sep="\n")
    tell(
        said(
            "\nnext: CRMSERVICE_DATA={data} .venv/bin/crmservice explain {folder}/mails -c "
            "{config}",
            data=data,
            folder=folder,
            config=config,
        )
    )


def _tell(mail: MailRecorded) -> None:
    verdict = joined(mail.verdict) + (" (recorded before)" if mail.again else "")
    sys.stdout.write(f"{mail.source.partition(':')[2]:48} {verdict}\n")
