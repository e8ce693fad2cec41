"""Versioned migrations of our own tables, by alembic."""
