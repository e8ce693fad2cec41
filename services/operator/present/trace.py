"""Every rule that was asked, as a table: with the manual's chapter and the reason."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from services.operator.present.labels import rule_label
from shared.contracts.chapters import chapter_of
from shared.contracts.content import TraceLine
from shared.language.language import Language


def proof_line(trace: Sequence[TraceLine]) -> TraceLine | None:
    """Return what is known of the sender (S-1): everything else depends on it."""
    return next((line for line in trace if line.id == "S-1"), None)


def trace_table(trace: Sequence[TraceLine], language: Language) -> Table:
    """Show every rule that was asked, in order."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in (language.say("Rule"), language.say("Chapter"), language.say("About"), ""):
        table.add_column(name, no_wrap=True)
    table.add_column(language.say("Why"))
    for line in trace:
        style = "green" if line.hit else "dim"
        table.add_row(
            line.id,
            chapter_of(line.id),
            rule_label(line.rule, language),
            Text(language.say("yes") if line.hit else language.say("no"), style=style),
            Text(language.reason(line), style="" if line.hit else "dim"),
        )
    return table
