"""The ERP database: mapping, tables, ids, and our own tables beside it."""
