"""What people have typed into the ERP, compared without the blanks at its ends (behaviour A-2).

People leave a blank after an address, copy a no-break space or a tab with it, and a column of fixed
length pads with blanks. The expression is the same in statements and in the indexes that `check`
names, so an index on it is used.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shared.netgenium.database.servers import charset, counts_bytes, kind_of


class Trimmed(FunctionElement[Any]):
    """A column's text without blanks at its ends; what it is compared with takes its type.

    Blanks are space, tab, line ends, and the no-break space where the database has it.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        """Take the column as it is stored."""
        super().__init__(column)
        self.type = column.type


def plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return `column` as it is compared without letter case: trimmed, in lower case."""
    return func.lower(Trimmed(column), type_=column.type)


@compiles(Trimmed)
def _trimmed(element: Trimmed, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 - as SQLAlchemy calls it
    return trimmed_sql(compiler.process(element.clauses, **more), compiler.dialect)


def trimmed_sql(column: str, dialect: Dialect) -> str:
    """Return the expression for the SQL of a column, in the words of that database."""
    match kind_of(dialect):
        case "postgresql":
            codes = (9, 10, 13, 160) if _knows_no_break_space(dialect) else (9, 10, 13)
            blanks = " || ".join(["' '", *(f"chr({code})" for code in codes)])
            return f"btrim({column}, {blanks})"
        case "mssql":
            return f"LTRIM(RTRIM({_blanks(column, 'NCHAR', (9, 10, 13, 160))}))"
        case "firebird":
            column = _blanks(column, "ASCII_CHAR", (9, 10, 13))
            if _knows_no_break_space(dialect):
                column = f"REPLACE({column}, _UTF8 x'C2A0', ' ')"
            return f"TRIM({column})"
        case _:
            return f"trim({column}, ' ' || char(9, 10, 13, 160))"


def _blanks(column: str, function: str, codes: Iterable[int]) -> str:
    for code in codes:
        column = f"REPLACE({column}, {function}({code}), ' ')"
    return column


def _knows_no_break_space(dialect: Dialect) -> bool:
    """Whether it has one; where the database knows no letters, its bytes may be another's."""
    try:
        "\u00a0".encode(charset(dialect))
    except UnicodeEncodeError:
        return False
    return not counts_bytes(dialect)
