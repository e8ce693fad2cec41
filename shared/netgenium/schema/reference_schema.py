"""The schema that fits a mapping, for the demo, the tests, and as documentation.

A real installation has its schema: this makes one only where none of its tables exists.
"""

from sqlalchemy import Engine, inspect

from shared.netgenium.database.engine import write_transaction
from shared.netgenium.schema.tables import ErpTables


def create_reference_schema(engine: Engine, tables: ErpTables) -> bool:
    """Make the mapped tables, if the database has none of them; tells whether it did.

    Raises:
        TransientError: The database is unreachable.
    """
    with write_transaction(engine) as connection:
        existing = {name.lower() for name in inspect(connection).get_table_names()}
        if any(name.lower() in existing for name in tables.metadata.tables):
            return False
        tables.metadata.create_all(connection)
        return True
