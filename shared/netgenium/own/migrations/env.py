"""Runs the migrations on the connection that `shared.netgenium.own.migration` hands over."""

from alembic import context

from shared.netgenium.own.schema_state import VERSION_TABLE
from shared.netgenium.own.tables import OWN

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=OWN,
    version_table=VERSION_TABLE,
    include_name=lambda name, kind, _parents: kind != "table" or (name or "").startswith("crm_"),
)
with context.begin_transaction():
    context.run_migrations()
