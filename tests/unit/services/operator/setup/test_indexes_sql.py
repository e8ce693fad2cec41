"""The statements of the indexes that look-ups need."""

from pathlib import Path

import pytest

from services.operator.setup.indexes_sql import INDEX_DIALECTS, IndexDialect, indexes_sql
from shared.netgenium.schema.mapping import load_mapping

SHIPPED = Path(__file__).parents[5] / "deploy" / "indexes"
REFERENCE = load_mapping(None)


@pytest.mark.parametrize("dialect", INDEX_DIALECTS)
def test_the_shipped_files_are_what_the_command_prints(dialect: IndexDialect) -> None:
    """NG-2: deploy/indexes is the output for the reference mapping."""
    assert (SHIPPED / f"{dialect}.sql").read_text("utf-8") == indexes_sql(dialect, REFERENCE)


def test_sql_server_gets_a_column_for_each_expression() -> None:
    """NG-2, NG-9: it has no indexes on expressions; a plain column needs none."""
    sql = indexes_sql("mssql", REFERENCE)

    assert "ALTER TABLE [susers] ADD [crm_email] AS (lower(LTRIM(RTRIM(" in sql
    assert "CREATE INDEX [ix_susers_email] ON [susers] ([crm_email]);" in sql
    assert "CREATE INDEX ix_ng_aktivita0_ng_messageid ON ng_aktivita0 (ng_messageid);" in sql
