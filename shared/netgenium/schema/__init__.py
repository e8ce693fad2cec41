"""The ERP's schema by our names: catalogue, mapping, tables, types."""
