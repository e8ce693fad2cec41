"""Our own tables in the ERP's database, and their migrations."""
