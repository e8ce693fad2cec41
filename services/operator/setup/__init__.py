"""Setting an installation up: company files, the mapping, database users, the demo."""
