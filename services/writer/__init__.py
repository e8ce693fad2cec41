"""The writer: applies commands to the ERP, journal and effects in one transaction."""
