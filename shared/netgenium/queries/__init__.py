"""Look-ups in the ERP and in our own tables, each for a whole batch at a time."""
