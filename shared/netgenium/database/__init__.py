"""Databases: engines, their dialects, locks, ids."""
