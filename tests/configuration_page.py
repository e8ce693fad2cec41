"""The tables of docs/configuration.md, made from the settings as they are declared.

`python -m tests.configuration_page --write` brings the page up to date.
"""

import sys
from pathlib import Path

from shared.settings.key import DeclaredKey
from shared.settings.keys import KEYS
from shared.settings.variables import VARIABLES, Variable

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"


def rows_of_keys() -> list[str]:
    """Return the rows of the keys of a box's file, in their order."""
    return [_row_of_key(key) for key in KEYS]


def rows_of_variables() -> list[str]:
    """Return the rows of the environment's variables, in their order."""
    return [_row_of_variable(variable) for variable in VARIABLES]


def rows_on(page: str, heading: str) -> list[str]:
    """Return the rows of the table on `page` whose first heading is `heading`, as written."""
    table = page.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return table.splitlines()[2:]


def written(page: str) -> str:
    """Return `page` with both tables made anew."""
    for heading, rows in (("key", rows_of_keys()), ("variable", rows_of_variables())):
        page = page.replace("\n".join(rows_on(page, heading)), "\n".join(rows))
    return page


def _row_of_key(one: DeclaredKey) -> str:
    key = one.key
    default = key.default_note or (f"`{one.default}`" if one.default else "none")
    cells = (f"`{key.name}`", _yes(so=one.repeatable), default, key.doc, key.source)
    return f"| {' | '.join(cells)} | {_yes(so=key.acts)} |"


def _row_of_variable(variable: Variable) -> str:
    default = variable.default if " " in variable.default else f"`{variable.default}`"
    return f"| `{variable.name}` | {default} | {variable.description} |"


def _yes(*, so: bool) -> str:
    return "yes" if so else "no"


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
