"""The results of `check` for a person."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from services.answers.checked import ToldCheck
from services.operator.present.labels import state_label
from shared.language.language import Language

_STATUS_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


def checks_as_text(checks: Sequence[ToldCheck], language: Language) -> Table:
    """Return one line a check, with what to do."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        # A path or an address that does not fit goes on in the next line.
        table.add_column(overflow="fold")
    for check in checks:
        style = _STATUS_STYLES[check.status]
        detail = check.detail + (f"\n→ {check.remedy}" if check.remedy else "")
        table.add_row(
            Text(state_label(check.status, language).upper(), style=style), check.name, Text(detail)
        )
    return table
